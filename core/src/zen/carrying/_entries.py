"""What the entries of all files have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError, core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

__all__ = ["DistributionName", "Entry", "Shape", "Version"]


class Entry(BaseModel):
    """Be the base of all that stands in a file: nothing unknown, nothing guessed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True, slots=True)
class Shape:
    """Demand that a text has a shape, and tell editors of it.

    Args:
        pattern: What the whole text must match.
        what: What such a text is.
    """

    pattern: str
    what: str

    def check(self, text: str) -> str:
        """Return `text`, or raise an error of pydantic's."""
        if re.fullmatch(self.pattern, text, re.ASCII):
            return text
        raise PydanticCustomError(
            "shape", "'{text}' is not a {what}", {"text": text, "what": self.what}
        )

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}


# What comes first in an argument of an installer mustn't be taken for an option.
DistributionName = Annotated[
    str, Shape(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", "name of a distribution")
]
Version = Annotated[str, Shape(r"[A-Za-z0-9][A-Za-z0-9.!+_-]*", "version")]
