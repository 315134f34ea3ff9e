"""Values written to an artifact store and read back."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zen.errors import PipelineError
from zen_pipelines.materializers import (
    BytesMaterializer,
    JsonMaterializer,
    Materializer,
    PickleMaterializer,
    choose_materializer,
    import_string,
    load_materializer,
)

if TYPE_CHECKING:
    from zen.stack import Stack


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [1, 2.5, None, True, "ä"]}, JsonMaterializer),
        (10**100, JsonMaterializer),
        (b"\x00\xff", BytesMaterializer),
        ((1, 2), PickleMaterializer),
        ({1: "one"}, PickleMaterializer),
        (OrderedDict(a=1), PickleMaterializer),
        (bytearray(b"a"), PickleMaterializer),
        (float("inf"), PickleMaterializer),
    ],
)
def test_values_come_back_as_they_were(
    stack: Stack, value: object, expected: type[Materializer]
) -> None:
    materializer = choose_materializer(value)
    assert materializer is expected
    store = stack.artifact_store
    folder = f"{store.path}/value"
    store.makedirs(folder)
    materializer.write(value, folder, store)
    found = load_materializer(import_string(materializer), title="It")
    assert found is materializer
    read = found.read(folder, store)
    assert read == value
    assert type(read) is type(value)


def test_bytes_are_bytes(stack: Stack) -> None:
    with pytest.raises(TypeError, match="bytes are expected, not str"):
        BytesMaterializer.write("text", "folder", stack.artifact_store)


@pytest.mark.parametrize(
    "source",
    [
        "spy:Materializer",
        "zen_pipelines.materializers:Nothing",
        "zen_pipelines.materializers:Materializer",
        "pathlib:Path",
        "",
    ],
)
def test_only_our_materializers_are_found_and_nothing_is_imported(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("spy.py").write_text("from pathlib import Path\nPath('executed').touch()")
    monkeypatch.syspath_prepend(str(Path.cwd()))
    message = f"Output 'a' of step 'b' .* '{source}', .*: JsonMaterializer, "
    with pytest.raises(PipelineError, match=message) as info:
        load_materializer(source, title="Output 'a' of step 'b'")
    assert "zen-plugin-pipelines" in info.value.hint
    assert not Path("executed").exists()
