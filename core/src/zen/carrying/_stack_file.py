"""The file that carries a stack from one profile to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, cast

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    model_validator,
)
from pydantic_core import PydanticCustomError

from zen.carrying._checking import check_document
from zen.carrying._documents import Document, read_documents
from zen.carrying._entries import DistributionName, Entry, Shape, Version
from zen.carrying._output import write_output
from zen.errors import (
    ComponentConfigurationError,
    DamagedDataError,
)
from zen.names import check_name
from zen.records import ComponentRecord, FlavorRecord, Provider
from zen.references import without_secrets
from zen.stores.yaml_files import check_end_mark, dump_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = [
    "FORMAT_VERSION",
    "ComponentEntry",
    "FlavorEntry",
    "ProviderEntry",
    "StackFile",
]

FORMAT_VERSION: Final = 1

_CONFIGURATION: Final = (
    "The flavor's attributes; see 'zen TYPE flavor describe FLAVOR'."
)
# What every component has, and nobody configures.
_IDENTITY: Final = ("name", "uuid")

Name = Annotated[str, Shape(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", "valid name")]
ComponentType = Annotated[
    str,
    Shape(
        r"[a-z][a-z0-9_]*", "component type, which is written as 'artifact_store' is"
    ),
]
Source = Annotated[str, Shape(r"\w+(\.\w+)*:\w+", "import string")]
Text = Annotated[str, Field(min_length=1)]


def _filled(configuration: object) -> object:
    """Take a key without anything after it for an empty mapping."""
    return {} if configuration is None else configuration


def _without_identity(configuration: dict[str, JsonValue]) -> dict[str, JsonValue]:
    for key in _IDENTITY:
        if key in configuration:
            raise PydanticCustomError(
                "identity",
                "'{key}' is not an attribute that can be configured",
                {"key": key},
            )
    return configuration


class ProviderEntry(Entry):
    """The distribution that something comes from."""

    distribution: DistributionName = Field(description="Its name.")
    version: Version = Field(description="Its version, in quotes.")

    @property
    def provider(self) -> Provider:
        """The same as a record holds it."""
        return Provider(self.distribution, self.version)

    @classmethod
    def of(cls, provider: Provider | None) -> ProviderEntry | None:
        """Return what a record holds as it stands in a file."""
        if provider is None:
            return None
        return cls(distribution=provider.distribution, version=provider.version)


class FlavorEntry(Entry):
    """A flavor that the users of a profile have registered themselves."""

    type: ComponentType = Field(description="The component type.")
    name: Name = Field(description="The flavor's name.")
    source: Source = Field(description="The class, as in 'package.module:Class'.")
    summary: str = Field(default="", description="One line about it.")
    file: str = Field(
        default="",
        description="Where the class is, from the root of the repository on.",
    )
    provider: ProviderEntry | None = Field(
        default=None, description="The distribution that the class is in, if any."
    )

    @property
    def record(self) -> FlavorRecord:
        """What a profile keeps of it."""
        return FlavorRecord(
            type=self.type,
            name=self.name,
            source=self.source,
            summary=self.summary,
            file=self.file,
            provider=self.provider.provider if self.provider else None,
        )

    @classmethod
    def of(cls, record: FlavorRecord) -> FlavorEntry:
        """Return what a profile keeps as it stands in a file."""
        return cls(
            type=record.type,
            name=record.name,
            source=record.source,
            summary=record.summary,
            file=record.file,
            provider=ProviderEntry.of(record.provider),
        )


class ComponentEntry(Entry):
    """A component of the stack."""

    name: Name = Field(description="The component's name.")
    flavor: Text = Field(description="The flavor that implements it.")
    configuration: Annotated[
        dict[str, JsonValue],
        AfterValidator(_without_identity),
        BeforeValidator(_filled),
    ] = Field(default_factory=dict, description=_CONFIGURATION)
    secrets: list[str] = Field(
        default_factory=list,
        description="The attributes that hold secrets: as '${NAME}', the environment"
        " variable of that name, or as '{{name.key}}', a key of a secret of the"
        " stack's secrets manager.",
    )
    provider: ProviderEntry | None = Field(
        default=None, description="The distribution that offers the flavor."
    )

    @model_validator(mode="after")
    def _refuse_plain_secrets(self) -> ComponentEntry:
        for key in self.secrets:
            value = self.configuration.get(key)
            if without_secrets(value) != value:
                raise PydanticCustomError(
                    "plain_secret",
                    "'{key}' is a secret, and only what refers to one may be in a file:"
                    " '${NAME}' or '{{name.key}}'",
                    {"key": key},
                )
        return self

    def record(self, component_type: str) -> ComponentRecord:
        """Return what a profile would keep of it, as it stands here."""
        return ComponentRecord(
            type=component_type,
            name=self.name,
            flavor=self.flavor,
            configuration=self.configuration,
            secrets=tuple(self.secrets),
            provider=self.provider.provider if self.provider else None,
        )

    @classmethod
    def of(cls, record: ComponentRecord) -> ComponentEntry:
        """Return what a profile keeps as it stands in a file.

        Raises:
            ComponentConfigurationError: It holds a secret, as none should.
        """
        for key in record.secrets:
            if record.shown_configuration.get(key) != record.configuration.get(key):
                raise ComponentConfigurationError(
                    f"'{key}' of {record.type.replace('_', ' ')} '{record.name}' is a"
                    " secret, and no file may hold one.",
                    hint=f"Put a reference to it in its place, with"
                    f" 'zen {record.type.replace('_', '-')} update'.",
                )
        return cls(
            name=record.name,
            flavor=record.flavor,
            configuration=cast("dict[str, JsonValue]", dict(record.configuration)),
            secrets=list(record.secrets),
            provider=ProviderEntry.of(record.provider),
        )


class StackFile(Entry):
    """A stack, and all that is known of its components."""

    model_config = ConfigDict(title="Zen stack")

    format_version: Literal[1] = Field(description="The version of this format.")
    name: Name = Field(description="The stack's name.")
    components: dict[ComponentType, ComponentEntry] = Field(
        description="The stack's components, one of each type."
    )
    flavors: list[FlavorEntry] = Field(
        default_factory=list,
        description="Their flavors that no plugin offers.",
    )
    runner: ProviderEntry | None = Field(
        default=None,
        description="The distribution that offers 'zen run' where the stack is from.",
    )

    def called(self, name: str) -> StackFile:
        """Return the same stack by another name.

        Raises:
            InvalidNameError: It can't be called so.
        """
        return self.model_copy(update={"name": check_name(name, "stack")})

    def to_yaml(self) -> bytes:
        """Return the file's content; the end mark shows when it is cut short."""
        return dump_yaml(self.model_dump(mode="json", exclude_defaults=True))

    def write(self, path: Path) -> None:
        """Write the file, in the place of one that is there.

        Raises:
            ConfigurationError: There is something else than a file.
            StoreUnavailableError: It can't be written.
        """
        write_output(path, self.to_yaml())

    @classmethod
    def from_yaml(cls, data: bytes, where: str, *, end_mark: bool = True) -> StackFile:
        """Read a file that holds one stack.

        Args:
            data: The file's content.
            where: The file, for messages.
            end_mark: Whether it must end with the mark `...`.

        Raises:
            DamagedDataError: It isn't what it should be.
            ConfigurationError: A newer version of Zen wrote it.
        """
        documents = read_documents(data, where)
        files = cls._of(documents, where)
        if len(files) != 1:
            reason = f"one stack is expected, but it holds {len(files)}"
            raise DamagedDataError(where, reason)
        if end_mark and not _is_of_zenml(documents[0]):
            _check_end(data, where)
        return files[0]

    @classmethod
    def all_from_yaml(cls, data: bytes, where: str) -> list[StackFile]:
        """Read a file that holds any number of stacks, written by hand perhaps.

        Raises:
            DamagedDataError: It isn't what it should be, or holds no stack.
            ConfigurationError: A newer version of Zen wrote it.
        """
        return cls._of(read_documents(data, where), where)

    @classmethod
    def _of(cls, documents: Sequence[Document], where: str) -> list[StackFile]:
        if not documents:
            raise DamagedDataError(where, "it holds no stack")
        return [
            check_document(cls, _translated(document), where, newest=FORMAT_VERSION)
            for document in documents
        ]


def _is_of_zenml(document: Document) -> bool:
    return "zenml_version" in document.content


def _translated(document: Document) -> Document:
    """Return what 'zenml stack export' wrote as Zen writes it, and all else as it is.

    There, the attributes of a component are beside its name and its flavor.
    """
    if not _is_of_zenml(document):
        return document
    components = document.content.get("components")
    if isinstance(components, dict):
        components = {kind: _component(part) for kind, part in components.items()}
    content: dict[str, object] = {
        "format_version": FORMAT_VERSION,
        "name": document.content.get("stack_name"),
        "components": components,
    }
    return document._replace(content=content)


def _component(part: object) -> object:
    if not isinstance(part, dict):
        return part
    own = {key: value for key, value in part.items() if key in {"flavor", "name"}}
    attributes = {key: value for key, value in part.items() if key not in own}
    attributes.pop("uuid", None)
    return {**own, "configuration": attributes}


def _check_end(data: bytes, where: str) -> None:
    try:
        check_end_mark(data, where)
    except DamagedDataError as error:
        error.hint = (
            "Export it again. If you wrote it yourself, read it with"
            " 'zen apply -f FILE'."
        )
        raise
