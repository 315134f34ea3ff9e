"""The JSON Schema of stack files, with the flavors that there are here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pydantic.errors import PydanticUserError

from zen.carrying._stack_file import StackFile
from zen.components.fields import describe_fields
from zen.errors import ZenError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen.components import StackComponent
    from zen.components.fields import FieldDescription
    from zen.components.flavors import Flavors

__all__ = ["stack_schema"]

_Schema = dict[str, object]

_REF: Final = "#/$defs/{}"


def stack_schema(names: Iterable[tuple[str, str]], flavors: Flavors) -> _Schema:
    """Return the schema of stack files.

    It knows the attributes of each flavor that can be imported. Other types and
    flavors fit too, whatever their configuration is.

    Args:
        names: The types and names of the flavors.
        flavors: What imports them.
    """
    schema = cast("_Schema", StackFile.model_json_schema())
    definitions = cast("dict[str, _Schema]", schema["$defs"])
    conditions: dict[str, list[_Schema]] = {}
    choices: dict[str, list[str]] = {}
    for component_type, name in sorted(names):
        choices.setdefault(component_type, []).append(name)
        try:
            cls = flavors.get(component_type, name).cls
            configuration, used = _configuration(cls, f"{component_type}.{name}")
        except (ZenError, PydanticUserError):
            continue  # its configuration is then left open
        definitions.update(used)
        conditions.setdefault(component_type, []).append(
            {
                "if": {"properties": {"flavor": {"const": name}}},
                "then": {"properties": {"configuration": configuration}},
            }
        )
    properties = cast("dict[str, _Schema]", schema["properties"])
    properties["components"]["additionalProperties"] = False
    properties["components"]["properties"] = {
        component_type: _entry(known, conditions.get(component_type, []))
        for component_type, known in choices.items()
    }
    return schema


def _entry(names: list[str], conditions: list[_Schema]) -> _Schema:
    """Return what a component of a type is like: its flavor decides."""
    # Any other text will do; these are what editors offer.
    flavor = {"anyOf": [{"enum": names}, {"type": "string"}]}
    return {
        "allOf": [
            {"$ref": _REF.format("ComponentEntry")},
            {"properties": {"flavor": flavor}},
            *conditions,
        ]
    }


def _configuration(
    cls: type[StackComponent], prefix: str
) -> tuple[_Schema, dict[str, _Schema]]:
    """Return the schema of a flavor's attributes, and the definitions that it uses."""
    schema = cls.model_json_schema(ref_template=_REF.format(f"{prefix}.{{model}}"))
    fields = describe_fields(cls)
    configuration: _Schema = {
        "type": "object",
        "properties": {
            field.name: _attribute(field, schema["properties"][field.name])
            for field in fields
        },
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }
    used = schema.get("$defs", {})
    return configuration, {f"{prefix}.{model}": each for model, each in used.items()}


def _attribute(field: FieldDescription, schema: _Schema) -> _Schema:
    meaning = {"description": field.meaning} if field.meaning else {}
    reference = {"type": "string", "pattern": r"\$\{\w+\}"}
    if field.required:
        return {"anyOf": [schema, reference], **meaning}
    # What a flavor works out on each host is written as null.
    return {"anyOf": [schema, {"type": "null"}, reference], **meaning}
