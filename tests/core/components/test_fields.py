"""The attributes of flavors, as people are told of them."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from zen.components import BaseAlerter
from zen.components.fields import describe_fields


class Base(BaseAlerter):
    """Be an alerter.

    Args:
        channel: Where messages
            go.
        retries: How often it tries.
    """

    FLAVOR: ClassVar[str] = "base"

    channel: str
    retries: int | None = None


class Derived(Base):
    """Be another.

    Args:
        retries: How often it tries, at the most.
    """

    colours: list[str] = Field(default_factory=list, description="What it looks\nlike.")
    mode: Literal["a", "b"] = "a"
    both: str = Field(default_factory=lambda values: f"{values['channel']}!")


def test_an_attribute_has_a_type_a_default_and_a_meaning() -> None:
    found = {each.name: each for each in describe_fields(Derived)}
    assert [*found] == ["channel", "retries", "colours", "mode", "both"]
    channel, colours, both = found["channel"], found["colours"], found["both"]
    assert (channel.type, channel.required) == ("str", True)
    assert channel.meaning == "Where messages go."
    assert (colours.type, colours.default) == ("list[str]", [])
    assert colours.meaning == "What it looks like."
    assert found["mode"].type == "Literal['a', 'b']"
    assert (both.default, both.required) == (None, False)


def test_the_nearest_docstring_counts() -> None:
    base, derived = (describe_fields(cls)[1] for cls in (Base, Derived))
    assert base.meaning == "How often it tries."
    assert derived.meaning == "How often it tries, at the most."
    assert derived.type == "int | None"


def test_a_default_that_cannot_be_told_is_left_open() -> None:
    def fail() -> str:
        raise SystemExit(3)

    class Broken(Base):
        other: object = Field(default=b"\xff")
        tone: str = Field(default_factory=fail)

    *_, other, tone = describe_fields(Broken)
    assert (other.default, tone.default) == (None, None)
