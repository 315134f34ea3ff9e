"""Turn what a repository kept before there were profiles into today's records."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from pydantic import SecretBytes, SecretStr

from zen.components.factory import ComponentFactory
from zen.errors import FlavorNotFoundError, ZenError
from zen.names import is_name
from zen.records import ComponentRecord, StackRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen.catalog import Catalog
    from zen.components import StackComponent
    from zen.config.legacy._files import LegacyComponent, LegacyRepository

__all__ = ["Translation", "translate"]

# A record holds these beside the configuration.
_IDENTITY: Final = {"name", "uuid"}
# What every component had, or every metadata store, and none has any more.
_RETIRED: Final = {
    "supports_local_execution",
    "supports_remote_execution",
    "upgrade_migration_enabled",
}
# No store keeps a secret, and nobody says which attributes of an unknown flavor are.
_SECRET: Final = re.compile(
    r"(?:.*_)?(?:password|passwd|pwd|token|(?:api|access|account|private|secret)_key)"
)
# Paths that were relative to the folder that the program was called in: the root.
_PATHS: Final = {
    ("artifact_store", "local"): "path",
    ("metadata_store", "sqlite"): "uri",
}
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_.-]+", re.ASCII)
_LONGEST: Final = 90


@dataclass
class Translation:
    """Hold what a repository's stacks and components have become.

    Args:
        components: The components.
        stacks: The stacks.
        active_stack: The name of the active stack.
        warnings: What could not be taken over as it was.
    """

    components: list[ComponentRecord] = field(default_factory=list)
    stacks: list[StackRecord] = field(default_factory=list)
    active_stack: str | None = None
    warnings: list[str] = field(default_factory=list)


def translate(legacy: LegacyRepository, catalog: Catalog) -> Translation:
    """Return the records of what a repository kept; the same for the same content.

    What no plugin that is installed understands is taken over as it was.

    Args:
        legacy: What it kept.
        catalog: What is installed.
    """
    result = Translation()
    factory = ComponentFactory(catalog)
    names: dict[str, dict[str, str]] = {}
    for kind in sorted({component.type for component in legacy.components}):
        old_names = (c.name for c in legacy.components if c.type == kind)
        names[kind] = _fitted(old_names, kind, result.warnings)
    for component in legacy.components:
        fitted = replace(component, name=names[component.type][component.name])
        record = _translated(fitted, legacy.folder.parent, factory, result.warnings)
        result.components.append(record)
    stack_names = _fitted(legacy.stacks, "stack", result.warnings)
    for name, parts in sorted(legacy.stacks.items()):
        components = {kind: names[kind][part] for kind, part in parts.items()}
        uuid = legacy.identity(f"stack/{name}")
        result.stacks.append(StackRecord(stack_names[name], components, uuid))
    if legacy.active_stack is not None:
        result.active_stack = stack_names.get(legacy.active_stack)
        if result.active_stack is None:
            warning = f"The active stack '{legacy.active_stack}' does not exist."
            result.warnings.append(warning)
    return result


def _translated(
    old: LegacyComponent, root: Path, factory: ComponentFactory, warnings: list[str]
) -> ComponentRecord:
    """Return a component's record, checked by its flavor where that can be."""
    record = _record(old, root, warnings)
    try:
        attributes = factory.flavors.of(record).cls.model_fields
        lost = [key for key in record.configuration if key not in attributes]
        if lost:
            warnings.append(f"{_title(old)} has lost its {_listed(lost)}.")
        record = _without(record, lost)
        component = factory.build(record)
        if secrets := _secrets_of(component):
            warnings.append(_secrets_warning(old, secrets))
            record = _without(record, secrets)
            component = factory.build(record)
        return factory.record(component)
    except FlavorNotFoundError:
        warnings.append(
            f"{_title(old)} is kept as it was: no installed plugin offers its"
            f" flavor '{old.flavor}'."
        )
    except ZenError as error:
        warnings.append(f"{_title(old)} is kept as it was, and can't be used: {error}")
    return record


def _record(old: LegacyComponent, root: Path, warnings: list[str]) -> ComponentRecord:
    """Return a component's record as far as it can be told without its flavor."""
    configuration = {
        key: value
        for key, value in old.attributes.items()
        if key not in _IDENTITY | _RETIRED
    }
    path = configuration.get(_PATHS.get((old.type, old.flavor), ""))
    if isinstance(path, str) and path and "://" not in path:
        # An absolute path stays as it is.
        absolute = root / Path(path).expanduser()
        configuration[_PATHS[old.type, old.flavor]] = str(absolute)
    uuid = UUID(str(old.attributes["uuid"]))
    record = ComponentRecord(old.type, old.name, old.flavor, configuration, uuid=uuid)
    secrets = [
        key for key, value in configuration.items() if value and _SECRET.fullmatch(key)
    ]
    if secrets:
        warnings.append(_secrets_warning(old, secrets))
    return _without(record, secrets)


def _without(record: ComponentRecord, keys: list[str]) -> ComponentRecord:
    kept = {k: v for k, v in record.configuration.items() if k not in keys}
    return replace(record, configuration=kept)


def _secrets_of(component: StackComponent) -> list[str]:
    return [
        key
        for key in type(component).model_fields
        if isinstance(vars(component).get(key), SecretStr | SecretBytes)
    ]


def _secrets_warning(old: LegacyComponent, keys: list[str]) -> str:
    return (
        f"{_title(old)} was migrated without {_listed(keys)}, for no store may keep a"
        f" secret; it is still in {old.file}."
    )


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(f"'{key}'" for key in keys)


def _title(old: LegacyComponent) -> str:
    return f"{old.type.replace('_', ' ').capitalize()} '{old.name}'"


def _fitted(names: Iterable[str], kind: str, warnings: list[str]) -> dict[str, str]:
    """Return for each name one that keeps today's rule, and that no other one has."""
    ordered = sorted(names, key=lambda name: (not is_name(name), name))
    fitted: dict[str, str] = {}
    for name in ordered:
        stem = _UNFIT.sub("-", name).lstrip("_.-")[:_LONGEST] or "unnamed"
        stem = name if is_name(name) else stem
        candidate, count = stem, 1
        taken = {other.lower() for other in fitted.values()}
        while candidate.lower() in taken:
            count += 1
            candidate = f"{stem[:_LONGEST]}-{count}"
        fitted[name] = candidate
        if candidate != name:
            title = kind.replace("_", " ").capitalize()
            warnings.append(f"{title} '{name}' is called '{candidate}' now.")
    return fitted
