"""Keys of mappings that no field of the object made of them has."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field
from typing import Any, ClassVar

import pydantic.dataclasses
import pytest
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    TypeAdapter,
    model_validator,
)

from zen.components.unknown_keys import find_unknown_key


@dataclass(frozen=True)
class Plain:
    x: int = 0
    seed: InitVar[int] = 0
    made: int = field(default=1, init=False)
    shared: ClassVar[int] = 2


class Model(BaseModel):
    depth: int = 3
    inner: Plain = Plain()
    more: list[Plain] = []


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    x: int = 0


class Careless(BaseModel):
    model_config = ConfigDict(extra="ignore")

    x: int = 0
    inner: Plain = Plain()


class Aliased(BaseModel):
    x: int = Field(0, alias="X")
    y: int = Field(0, validation_alias=AliasChoices("Y", AliasPath("Z", 0)))
    inner: Plain = Field(Plain(), alias="Inner")


class ByName(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    x: int = Field(0, alias="X")


class Curious(BaseModel):
    x: int = 0

    @model_validator(mode="before")
    @classmethod
    def _rename(cls, values: Any) -> Any:  # noqa: ANN401
        return {"x": values.get("old", 0)}


class Root(RootModel[dict[str, Plain]]):
    """Be a mapping."""


@pydantic.dataclasses.dataclass
class Pydantic:
    x: int = 0


def unknown(kind: Any, given: object) -> str:  # noqa: ANN401
    adapter: TypeAdapter[object] = TypeAdapter(kind)
    found = find_unknown_key(given, adapter.validate_python(given))
    return "".join(f"{key}." for key in found.place) + found.key if found else ""


@pytest.mark.parametrize(
    ("kind", "given", "key"),
    [
        (Plain, {"x": 1, "typo": 2}, "typo"),
        (Plain, {"shared": 1}, "shared"),
        (Plain, {"made": 1}, "made"),
        (Pydantic, {"x": 1, "typo": 2}, "typo"),
        (Model, {"dept": 3}, "dept"),
        (Model, {"inner": {"y": 1}}, "inner.y"),
        (Model, {"more": [{}, {"y": 1}]}, "more.1.y"),
        (list[Plain], [{"x": 1}, {"y": 1}], "1.y"),
        (tuple[Plain, int], [{"y": 1}, 2], "0.y"),
        (set[Plain], [{"x": 1}, {"y": 1}], "1.y"),
        (dict[str, Plain], {"a": {"y": 1}}, "a.y"),
        (Plain | None, {"y": 1}, "y"),
        (Root, {"a": {"y": 1}}, "a.y"),
        (Careless, {"y": 1, "inner": {"y": 1}}, "inner.y"),
        (Aliased, {"x": 1}, "x"),
        (Aliased, {"Inner": {"y": 1}}, "Inner.y"),
    ],
)
def test_a_key_that_no_field_has_is_found(
    kind: object, given: object, key: str
) -> None:
    assert unknown(kind, given) == key


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (Plain, {"x": 1, "seed": 2}),
        (Plain, Plain(1)),
        (Model, {"depth": 1, "inner": {"x": 1}, "more": [{"x": 1}]}),
        (Open, {"y": 1}),
        (Careless, {"y": 1}),
        (Curious, {"old": 1}),
        (Aliased, {"X": 1, "Y": 2}),
        (Aliased, {"Z": [2]}),
        (ByName, {"x": 1}),
        (Root, {"a": {"x": 1}}),
        (dict[str, int], {"a": 1}),
        (set[int], []),
    ],
)
def test_keys_that_mean_something_are_not(kind: object, given: object) -> None:
    assert not unknown(kind, given)


def test_the_reason_names_the_key_and_the_nearest_field() -> None:
    given = {"inner": {"sead": 1}}
    reason = str(find_unknown_key(given, Model.model_validate({"inner": {}})))
    assert reason == (
        "element ['inner'], of type Plain, has no field 'sead'. Did you mean 'seed'?"
        " Its fields: x, seed"
    )
