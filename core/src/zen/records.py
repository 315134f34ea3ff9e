"""What a store keeps: records, and the stacks and components that they stand for.

Plain frozen dataclasses, checked by hand, so that listing a thousand stacks builds
no component and imports no plugin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn
from uuid import UUID, uuid4

from zen.errors import DamagedDataError, InvalidNameError
from zen.names import check_name, is_name
from zen.references import SECRET_KEY, without_secrets

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = [
    "COMPONENT",
    "FLAVOR",
    "REQUIRED_TYPES",
    "STACK",
    "ComponentRecord",
    "FlavorRecord",
    "Provider",
    "Record",
    "Ref",
    "StackRecord",
    "masked",
]

COMPONENT: Final = "component"
FLAVOR: Final = "flavor"
STACK: Final = "stack"
REQUIRED_TYPES: Final = ("orchestrator", "artifact_store", "metadata_store")

_KIND: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*)*", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """Point at a record by kind and key.

    Args:
        kind: The kind of record: `component`, `stack`, or a plugin's own, of
            lower-case letters, digits and `_`.
        key: The name in lower case; parts are separated by `/`.
    """

    kind: str
    key: str

    def __post_init__(self) -> None:
        if not _KIND.fullmatch(self.kind):
            raise ValueError(
                f"{self.kind!r} can't be the kind of a record: a kind begins with a"
                " lower-case letter, and holds lower-case letters, digits and '_' only"
            )
        if not _KEY.fullmatch(self.key):
            raise ValueError(
                f"{self.key!r} can't be the key of a record: a key is made of parts"
                " with '/' between them; each begins with a lower-case letter or a"
                " digit, and holds lower-case letters, digits, '_', '-' and '.' only"
            )

    @classmethod
    def to_component(cls, component_type: str, name: str) -> Ref:
        """Return the reference of a component."""
        return cls(COMPONENT, f"{component_type}/{name.lower()}")

    @classmethod
    def to_flavor(cls, component_type: str, name: str) -> Ref:
        """Return the reference of a custom flavor."""
        return cls(FLAVOR, f"{component_type}/{name.lower()}")

    @classmethod
    def to_stack(cls, name: str) -> Ref:
        """Return the reference of a stack."""
        return cls(STACK, name.lower())

    def __str__(self) -> str:
        kind, _, name = self.key.rpartition("/")
        if self.kind == FLAVOR:
            return f"Flavor '{name}' of type {kind.replace('_', ' ')}"
        return f"{(kind or self.kind).replace('_', ' ').capitalize()} '{name}'"


@dataclass(frozen=True, slots=True)
class Record:
    """Hold one thing that a store keeps, as it was read.

    Args:
        ref: Where it is.
        uuid: What it is: stays the same when it is renamed.
        payload: JSON-able content; its `name` holds the name as it was spelt.
        revision: An opaque token, compared for equality only.
        origin: The place to name in messages, such as a file's path.
    """

    ref: Ref
    uuid: UUID
    payload: Mapping[str, object]
    revision: str
    origin: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Provider:
    """Name the distribution that provided a component's flavor.

    Args:
        distribution: The distribution's name.
        version: Its version at the time.
    """

    distribution: str
    version: str

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}"

    @property
    def requirement(self) -> str:
        """What to ask an installer for."""
        return f"{self.distribution}=={self.version}"


@dataclass(frozen=True, slots=True)
class ComponentRecord:
    """Describe a stack component without building it.

    Args:
        type: The component's type.
        name: The component's name.
        flavor: The name of its flavor.
        configuration: JSON-able attributes beside name and uuid.
        provider: Where the flavor came from, if it came from a distribution.
        uuid: The component's identity.
        secrets: The attributes that may hold secrets, or rather references to them.
        revision: That of the record that it was read from; "" if it is a new one.
    """

    type: str
    name: str
    flavor: str
    configuration: Mapping[str, object] = field(default_factory=dict)
    provider: Provider | None = None
    uuid: UUID = field(default_factory=uuid4)
    secrets: tuple[str, ...] = ()
    revision: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        check_name(self.name, self.type.replace("_", " "))
        if not _KIND.fullmatch(self.type):
            raise InvalidNameError("component type", self.type)

    @property
    def ref(self) -> Ref:
        """Where the record is kept."""
        return Ref.to_component(self.type, self.name)

    @property
    def secret_names(self) -> list[str]:
        """The secrets in a secrets manager that attributes refer to, each once."""
        return list(dict.fromkeys(name for name, _ in self.secret_keys))

    @property
    def secret_keys(self) -> list[tuple[str, str]]:
        """The secrets that attributes refer to, each with the key.

        In attributes that hold no secrets, what looks like a reference is a text.
        """
        names = self.secrets or self.configuration
        held = {key: self.configuration.get(key) for key in names}
        return list(_secret_keys(held))

    @property
    def shown_configuration(self) -> dict[str, object]:
        """The configuration as anybody may see it, should a secret be in it after all.

        No plugin is needed to tell.
        """
        return masked(self.configuration, self.secrets)

    def to_payload(self) -> dict[str, object]:
        """Return the content that a store keeps."""
        payload: dict[str, object] = {
            "name": self.name,
            "type": self.type,
            "flavor": self.flavor,
            "uuid": str(self.uuid),
            "configuration": dict(self.configuration),
        }
        if self.secrets:
            payload["secrets"] = list(self.secrets)
        return {**payload, **_provider_payload(self.provider)}

    @classmethod
    def from_record(cls, record: Record) -> ComponentRecord:
        """Read a record back, or raise `DamagedDataError`."""
        read = _Reader(record)
        try:
            component = cls(
                type=read.text("type"),
                name=read.name(),
                flavor=read.text("flavor"),
                configuration=read.mapping("configuration", optional=True),
                provider=read.provider(),
                secrets=read.texts("secrets"),
                uuid=record.uuid,
                revision=record.revision,
            )
        except InvalidNameError as error:
            read.fail(str(error))
        read.check_place(component.ref)
        return component


@dataclass(frozen=True, slots=True)
class FlavorRecord:
    """Describe a flavor that a profile's users have registered themselves.

    Args:
        type: The component type that it implements.
        name: The flavor's name, the same as the class's `FLAVOR`.
        source: The class, as an import string.
        summary: One line for listings.
        file: Where the class was found, from the root of the repository; "" when it
            was found outside of it.
        provider: The distribution that it was found in, if it was one's.
        uuid: The flavor's identity.
        revision: That of the record that it was read from; "" if it is a new one.
    """

    type: str
    name: str
    source: str
    summary: str = ""
    file: str = ""
    provider: Provider | None = None
    uuid: UUID = field(default_factory=uuid4)
    revision: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        check_name(self.name, "flavor")
        if not _KIND.fullmatch(self.type):
            raise InvalidNameError("component type", self.type)

    @property
    def ref(self) -> Ref:
        """Where the record is kept."""
        return Ref.to_flavor(self.type, self.name)

    @property
    def origin(self) -> str:
        """Where it came from, in words, or ""."""
        return str(self.provider or self.file)

    def to_payload(self) -> dict[str, object]:
        """Return the content that a store keeps."""
        payload: dict[str, object] = {
            "name": self.name,
            "type": self.type,
            "uuid": str(self.uuid),
            "source": self.source,
            "summary": self.summary,
        }
        if self.file:
            payload["file"] = self.file
        return {**payload, **_provider_payload(self.provider)}

    @classmethod
    def from_record(cls, record: Record) -> FlavorRecord:
        """Read a record back, or raise `DamagedDataError`."""
        read = _Reader(record)
        try:
            flavor = cls(
                type=read.text("type"),
                name=read.name(),
                source=read.text("source"),
                summary=read.text("summary", optional=True),
                file=read.text("file", optional=True),
                provider=read.provider(),
                uuid=record.uuid,
                revision=record.revision,
            )
        except InvalidNameError as error:
            read.fail(str(error))
        read.check_place(flavor.ref)
        return flavor


@dataclass(frozen=True, slots=True)
class StackRecord:
    """Describe a stack without building its components.

    Args:
        name: The stack's name.
        components: The name of the component of each type.
        uuid: The stack's identity.
        runner: What offered `zen run` where the stack was carried here from.
        revision: That of the record that it was read from; "" if it is a new one.
    """

    name: str
    components: Mapping[str, str]
    uuid: UUID = field(default_factory=uuid4)
    runner: Provider | None = None
    revision: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        check_name(self.name, "stack")

    @property
    def ref(self) -> Ref:
        """Where the record is kept."""
        return Ref.to_stack(self.name)

    @property
    def component_refs(self) -> dict[str, Ref]:
        """Where the records of its components are kept, by type."""
        return {
            component_type: Ref.to_component(component_type, name)
            for component_type, name in self.components.items()
        }

    def holds(self, component: Ref) -> bool:
        """Tell whether a component is part of it."""
        return component in self.component_refs.values()

    def to_payload(self) -> dict[str, object]:
        """Return the content that a store keeps."""
        return {
            "name": self.name,
            "uuid": str(self.uuid),
            "components": dict(sorted(self.components.items())),
            **_provider_payload(self.runner, "runner"),
        }

    @classmethod
    def from_record(cls, record: Record) -> StackRecord:
        """Read a record back, or raise `DamagedDataError`."""
        read = _Reader(record)
        components = read.mapping("components")
        for component_type, name in components.items():
            if not _KIND.fullmatch(component_type):
                read.fail(f"'{component_type}' is not a component type")
            if not isinstance(name, str) or not is_name(name):
                read.fail(f"'components: {component_type}' must be a name")
        stack = cls(
            name=read.name(),
            components={key: str(name) for key, name in components.items()},
            uuid=record.uuid,
            runner=read.provider("runner"),
            revision=record.revision,
        )
        read.check_place(stack.ref)
        return stack


def masked(
    configuration: Mapping[str, object], secrets: Collection[str]
) -> dict[str, object]:
    """Return a configuration in which no secret can be read; references can.

    Args:
        configuration: The attributes.
        secrets: Those that may hold secrets.
    """
    return {
        key: without_secrets(value) if key in secrets else value
        for key, value in configuration.items()
    }


def _secret_keys(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _secret_keys(item)
    elif isinstance(value, str) and (found := SECRET_KEY.fullmatch(value)):
        yield found[1], found[2]


def _provider_payload(
    provider: Provider | None, key: str = "provider"
) -> dict[str, object]:
    if provider is None:
        return {}
    named = {"distribution": provider.distribution, "version": provider.version}
    return {key: named}


class _Reader:
    """Read the fields of a payload; say where it is when one is wrong."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def fail(self, reason: str) -> NoReturn:
        raise DamagedDataError(self.record.origin or str(self.record.ref), reason)

    def text(self, key: str, *, optional: bool = False) -> str:
        value = self.record.payload.get(key)
        if optional and value in {None, ""}:
            return ""
        if not isinstance(value, str) or not value:
            self.fail(f"'{key}' must be text")
        return value

    def name(self) -> str:
        name = self.text("name")
        try:
            return check_name(name, self.record.ref.kind)
        except InvalidNameError as error:
            self.fail(str(error))

    def provider(self, key: str = "provider") -> Provider | None:
        if self.record.payload.get(key) is None:
            return None
        provider = self.mapping(key)
        distribution, version = provider.get("distribution"), provider.get("version")
        if not isinstance(distribution, str) or not isinstance(version, str):
            self.fail(f"'{key}' must hold a 'distribution' and a 'version'")
        return Provider(distribution, version)

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.record.payload.get(key) or []
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.fail(f"'{key}' must be a list of texts")
        return tuple(value)

    def mapping(self, key: str, *, optional: bool = False) -> dict[str, object]:
        value = self.record.payload.get(key)
        if value is None and optional:
            return {}
        if not isinstance(value, dict):
            self.fail(f"'{key}' must be a mapping")
        return {str(name): item for name, item in value.items()}

    def check_place(self, ref: Ref) -> None:
        if ref != self.record.ref:
            self.fail(f"this is {ref}, which has another place")
