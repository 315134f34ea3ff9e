"""Values written to an artifact store and read back."""

from __future__ import annotations

from collections import OrderedDict
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
    read = load_materializer(import_string(materializer)).read(folder, store)
    assert read == value
    assert type(read) is type(value)


def test_bytes_are_bytes(stack: Stack) -> None:
    with pytest.raises(TypeError, match="bytes are wanted, not str"):
        BytesMaterializer.write("text", "folder", stack.artifact_store)


@pytest.mark.parametrize(
    "source", ["nowhere_at_all:Materializer", "zen_pipelines.materializers:Nothing"]
)
def test_a_materializer_that_is_gone_is_named(source: str) -> None:
    with pytest.raises(PipelineError, match=f"'{source}' can't be imported"):
        load_materializer(source)


def test_only_materializers_are_loaded() -> None:
    with pytest.raises(PipelineError, match="'pathlib:Path' is no materializer"):
        load_materializer("pathlib:Path")
