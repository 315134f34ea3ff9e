"""`zen schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.core.cli.conftest import Zen


def test_the_schema_of_stacks_is_printed(zen: Zen) -> None:
    schema = zen("schema").json
    assert schema["title"] == "Zen stack"
    stores = schema["properties"]["components"]["properties"]["artifact_store"]
    assert "'local'" in repr(stores)
    assert zen("schema", "stack").json == schema


def test_another_kind_of_file_is_wrong_usage(zen: Zen) -> None:
    assert "'stack'" in zen("schema", "stak", code=2).err
