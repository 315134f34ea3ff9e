"""Read the files in which a repository kept its stacks before there were profiles.

`config.yaml` lists stacks and components; each component's attributes are in a file
of its own, such as `orchestrators/local_orchestrator.yaml`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NoReturn
from uuid import UUID, uuid5

from zen.errors import DamagedDataError
from zen.records import REQUIRED_TYPES
from zen.stores.confinement import check_links
from zen.stores.yaml_files import parse_yaml, read_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["LegacyComponent", "LegacyRepository", "read_legacy"]

# A file of a repository that somebody else made may be of any size.
_LARGEST: Final = 1 << 20
_TYPE: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class LegacyComponent:
    """Hold a component as it was kept.

    Args:
        type: Its type.
        name: Its name, which may break today's rule for names.
        flavor: The name of its flavor.
        file: The file with its attributes.
        attributes: What that says, name and uuid included.
    """

    type: str
    name: str
    flavor: str
    file: Path
    attributes: Mapping[str, object]

    @property
    def title(self) -> str:
        """What it is called in a sentence."""
        return f"{self.type.replace('_', ' ')} '{self.name}'"


@dataclass(frozen=True, slots=True)
class LegacyRepository:
    """Hold all that a repository kept.

    Args:
        folder: The folder `.zen`.
        content: What its `config.yaml` says, to the letter.
        digest: Tells its content from all other content; hexadecimal digits.
        components: The components.
        stacks: The name of each stack's component of each type.
        active_stack: The name of the active stack, which may lead nowhere.
    """

    folder: Path
    content: bytes
    digest: str
    components: tuple[LegacyComponent, ...]
    stacks: Mapping[str, Mapping[str, str]]
    active_stack: str | None

    def identity(self, name: str) -> UUID:
        """Return the uuid, always the same, of something that had none."""
        return uuid5(UUID(hex=self.digest[:32]), name)


def read_legacy(path: Path) -> LegacyRepository:
    """Return what a repository kept.

    Args:
        path: Its `config.yaml`.

    Raises:
        DamagedDataError: One of its files can't be read as what it should be.
        StoreUnavailableError: One of them can't be read at all.
    """
    data = read_file(path, largest=_LARGEST) or b""
    index = _Index(path, parse_yaml(data, path, end_mark=False))
    files = {place: index.file(*place) for place in sorted(index.flavors)}
    for file in files.values():
        check_links(path.parent, file)
    contents = {place: _content(file) for place, file in files.items()}
    components = (
        LegacyComponent(
            *place,
            index.flavors[place],
            index.file(*place),
            _attributes(content, index.file(*place)),
        )
        for place, content in contents.items()
    )
    return LegacyRepository(
        path.parent,
        data,
        sha256(b"\0".join([data, *contents.values()])).hexdigest(),
        tuple(components),
        index.stacks,
        index.active_stack,
    )


class _Index:
    """Read what `config.yaml` says, and name it when something is wrong with it."""

    def __init__(self, path: Path, content: Mapping[str, object]) -> None:
        self._path = path
        for kind, _ in self._items(content, "stack_components"):
            if not _TYPE.fullmatch(kind):
                self._fail(f"'{kind}' is not a component type")
        self.flavors = {
            (kind, name): self._text(flavor, f"stack_components: {kind}: {name}")
            for kind, names in self._items(content, "stack_components")
            for name, flavor in self._items({kind: names}, kind)
        }
        self.stacks = {
            name: self._stack(name, entries)
            for name, entries in self._items(content, "stacks")
        }
        active = content.get("active_stack_name")
        self.active_stack = (
            None if active is None else self._text(active, "active_stack_name")
        )

    def file(self, component_type: str, name: str) -> Path:
        """Return the file that holds a component's attributes."""
        below = PurePosixPath(_plural(component_type), f"{name}.yaml")
        if below.is_absolute() or ".." in below.parts:
            self._fail(f"{component_type} '{name}' would be kept elsewhere")
        return self._path.parent / below

    def _stack(self, stack: str, entries: object) -> dict[str, str]:
        components = {
            kind: self._text(name, f"stacks: {stack}: {kind}")
            for kind, name in self._items({stack: entries}, stack)
            if name is not None
        }
        for kind, name in components.items():
            if (kind, name) not in self.flavors:
                self._fail(f"stack '{stack}' has {kind} '{name}', which isn't there")
        for kind in REQUIRED_TYPES:
            if kind not in components:
                self._fail(f"stack '{stack}' has no {kind}")
        return components

    def _items(
        self, content: Mapping[str, object], key: str
    ) -> list[tuple[str, object]]:
        value = content.get(key)
        if not isinstance(value, dict):
            self._fail(f"'{key}' must be a mapping")
        return [(str(name), item) for name, item in value.items()]

    def _text(self, value: object, place: str) -> str:
        if not isinstance(value, str) or not value:
            self._fail(f"'{place}' must be text")
        return value

    def _fail(self, reason: str) -> NoReturn:
        raise DamagedDataError(self._path, reason)


def _plural(component_type: str) -> str:
    if component_type.endswith("y"):
        return f"{component_type[:-1]}ies"
    return f"{component_type}s"


def _content(file: Path) -> bytes:
    content = read_file(file, largest=_LARGEST)
    if content is None:
        raise DamagedDataError(file, "the file is missing")
    return content


def _attributes(content: bytes, file: Path) -> dict[str, object]:
    attributes = parse_yaml(content, file, end_mark=False)
    try:
        UUID(str(attributes["uuid"]))
    except (KeyError, ValueError) as error:
        raise DamagedDataError(file, "'uuid' must be a UUID") from error
    # Dates and the like, which YAML has and a record hasn't, become texts.
    plain: dict[str, object] = json.loads(json.dumps(attributes, default=str))
    return plain
