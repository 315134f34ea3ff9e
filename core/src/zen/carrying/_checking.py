"""Check that a document is what it should be, and say in words where it isn't."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from zen.errors import ConfigurationError, DamagedDataError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic_core import ErrorDetails

    from zen.carrying._documents import Document

__all__ = ["check_document"]

ModelT = TypeVar("ModelT", bound=BaseModel)

_TEXTS: Final = {
    "string_type": "must be text; quote it if YAML would read it as something else"
}


def check_document(
    model: type[ModelT], document: Document, where: str, *, newest: int
) -> ModelT:
    """Return what a document holds.

    Args:
        model: What it must be.
        document: The document.
        where: Its file, for messages.
        newest: The newest version of the format that is understood.

    Raises:
        DamagedDataError: It isn't that; the message names each line.
        ConfigurationError: A newer version of Zen wrote it.
    """
    version = document.content.get("format_version")
    if isinstance(version, int) and version > newest:
        raise ConfigurationError(
            f"{where} is in format {version}, which a newer version of Zen wrote."
            f" This version reads up to format {newest}.",
            hint="Upgrade Zen, or write the file again with this version.",
        )
    try:
        return model.model_validate(document.content)
    except ValidationError as error:
        problems = sorted(
            (document.line(problem["loc"]), _explain(model, problem))
            for problem in error.errors()
        )
    (line, first), *others = problems
    texts = [first, *(f"line {each}: {text}" for each, text in others)]
    raise DamagedDataError(where, "; ".join(texts), line=line)


def _explain(model: type[BaseModel], problem: ErrorDetails) -> str:
    place = problem["loc"]
    # How pydantic says that a mapping's key is meant, and not its value.
    name = ".".join(str(part) for part in place if part != "[key]")
    if problem["type"] == "extra_forbidden":
        known = _model_at(model, place[:-1]).model_fields
        return f"'{name}' is unknown.{did_you_mean(str(place[-1]), known)}"
    if problem["type"] == "missing":
        return f"'{name}' is missing"
    text = problem["msg"].removeprefix("Value error, ")
    return f"'{name}': {_TEXTS.get(problem['type'], text)}"


def _model_at(model: type[BaseModel], place: Sequence[str | int]) -> type[BaseModel]:
    """Return the model of what is at a place."""
    found = model
    for key in place:
        field = found.model_fields.get(str(key))
        # What else there is are the keys of a mapping, or the indices of a list.
        if field is not None:
            found = next(_models_in(field.annotation), found)
    return found


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    arguments = get_args(annotation)
    for argument in arguments:
        yield from _models_in(argument)
    # Python 3.10 takes `list[int]` for a type.
    if arguments or not isinstance(annotation, type):
        return
    if issubclass(annotation, BaseModel):
        yield annotation
