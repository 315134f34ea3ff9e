"""Flavors that a profile's users register themselves, without a plugin."""

from __future__ import annotations

import inspect
import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zen.catalog import find_module, import_object, on_one_line
from zen.components.artifact_store import BaseArtifactStore
from zen.components.base import StackComponent
from zen.errors import CustomFlavorError, FlavorExistsError
from zen.names import is_name
from zen.records import FlavorRecord, Provider

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen.catalog import Catalog
    from zen.config.trust import Consent
    from zen.stores import Store

__all__ = ["CustomFlavors"]

_SOURCE: Final = re.compile(r"\w+(\.\w+)*[.:]\w+")


class CustomFlavors:
    """Register, find and import the flavors that a profile's users have made.

    Their classes are looked for from the root of the repository on, and then where
    Python looks for everything. No class is imported that its user hasn't registered,
    or trusted with its repository, on this host.

    Args:
        catalog: What is installed.
        store: Returns the store of the active profile.
        consent: Returns what may be used of the repository that we are in.
    """

    def __init__(
        self,
        catalog: Catalog,
        store: Callable[[], Store],
        consent: Callable[[], Consent],
    ) -> None:
        self._catalog = catalog
        self._store = store
        self._consent = consent

    def find(self, component_type: str, name: str) -> FlavorRecord | None:
        """Return the one of that type and name, or None."""
        return self._store().flavor(component_type, name)

    def register(self, source: str, component_type: str) -> FlavorRecord:
        """Keep a flavor in the profile, and return its record.

        Its class may be imported from then on, on this host. One that is kept already
        is only bound to the repository that we are in.

        Args:
            source: The class: `path.to.MyArtifactStore` or `path.to:MyArtifactStore`.
            component_type: The type that it implements.

        Raises:
            CustomFlavorError: It can't be imported, or is no flavor of the type.
            FlavorExistsError: Another flavor of the type has its name.
            StoreUnavailableError: What is trusted can't be written down.
        """
        if not _SOURCE.fullmatch(source):
            raise CustomFlavorError(
                f"'{source}' isn't the path of a class.",
                hint="Write it like 'path.to.MyArtifactStore'.",
            )
        module, _, class_name = re.sub("[.:](?=[^.:]+$)", ":", source).partition(":")
        source = f"{module}:{class_name}"
        consent = self._consent()
        cls = self._checked(source, component_type, consent.root)
        name = getattr(cls, "FLAVOR", None)
        if not isinstance(name, str) or not is_name(name):
            raise CustomFlavorError(
                f"'{source}' has the FLAVOR {name!r}, which isn't a valid name.",
                hint=f"Give it a line such as FLAVOR = '{class_name.lower()}'.",
            )
        self._check_free(component_type, name)
        if (known := self.find(component_type, name)) and known.source == source:
            consent.bind_registered(known)
            return known
        provider = _provider_of(module)
        record = FlavorRecord(
            type=component_type,
            name=name,
            source=source,
            summary=(inspect.getdoc(cls) or "").partition("\n")[0],
            # The environment may be inside of the repository.
            file="" if provider else self._file_of(cls),
            provider=provider,
        )
        self._store().register(flavors=[record])
        consent.bind_registered(record)
        return record

    def delete(
        self, component_type: str, name: str, *, shown: FlavorRecord | None = None
    ) -> None:
        """Forget a flavor that no component has.

        Args:
            component_type: The type that it implements.
            name: Its name.
            shown: What the user was shown of it; it must still be so.

        Raises:
            FlavorNotFoundError: There is no such custom flavor.
            InUseError: A component has it.
        """
        self._store().delete_flavor(component_type, name, shown=shown)

    def check_deletion(self, component_type: str, name: str) -> FlavorRecord:
        """Raise what `delete` would raise, and delete nothing.

        Returns:
            The flavor.
        """
        store = self._store()
        flavor = store.existing_flavor(component_type, name)
        store.check_deletion(flavor.ref)
        return flavor

    def load(self, record: FlavorRecord) -> type[StackComponent]:
        """Import a flavor's class.

        Raises:
            UntrustedError: It mustn't be imported here.
            CustomFlavorError: It can't be imported, or isn't what it was.
        """
        root = self._consent().admit(record)
        try:
            cls = self._checked(record.source, record.type, root)
        except CustomFlavorError as error:
            origin = (
                f" It was registered from {record.origin}." if record.origin else ""
            )
            raise CustomFlavorError(
                f"Flavor '{record.name}' of type {record.type.replace('_', ' ')} can't"
                " be used:"
                f" {error.message}{origin}",
                hint=error.hint,
            ) from error
        if getattr(cls, "FLAVOR", None) != record.name:
            raise CustomFlavorError(
                f"'{record.source}' has the FLAVOR {getattr(cls, 'FLAVOR', None)!r},"
                " but"
                f" is registered as flavor '{record.name}' of type"
                f" {record.type.replace('_', ' ')}.",
                hint="Give it its FLAVOR back, or register it again.",
            )
        return cls

    def _checked(
        self, source: str, component_type: str, root: Path | None
    ) -> type[StackComponent]:
        value = _imported(source, root)
        base = self._base_of(component_type)
        if not isinstance(value, type) or not issubclass(value, base):
            problem = f"is not a subclass of {base.__name__}"
        elif missing := sorted(getattr(value, "__abstractmethods__", ())):
            problem = f"lacks what every {component_type} must have:"
            problem += f" {', '.join(missing)}"
        elif issubclass(value, BaseArtifactStore) and not _schemes_of(value):
            problem = "has no SUPPORTED_SCHEMES, with which the paths of an artifact"
            problem += " store begin"
        else:
            return value
        raise CustomFlavorError(
            f"'{source}' {problem}.",
            hint=f"Derive it from {base.__module__}.{base.__name__}, and give it all"
            " abstract methods and class variables of that.",
        )

    def _base_of(self, component_type: str) -> type[StackComponent]:
        base = self._catalog.load_base(component_type)
        if isinstance(base, type) and issubclass(base, StackComponent):
            return base
        return StackComponent

    def _check_free(self, component_type: str, name: str) -> None:
        for offer in self._catalog.flavors(component_type):
            if offer.spec.name.lower() == name.lower():
                raise FlavorExistsError(
                    f"{offer.owner} has a flavor '{offer.spec.name}' of type"
                    f" {component_type} already.",
                    hint="Give your class another FLAVOR.",
                )

    def _file_of(self, cls: type) -> str:
        """Return where a class is defined, from the repository's root on, or ""."""
        root = self._consent().root
        try:
            file = Path(inspect.getfile(cls)).resolve()
        except (OSError, TypeError):
            return ""
        if root is None or not file.is_relative_to(root.resolve()):
            return ""
        return file.relative_to(root.resolve()).as_posix()


def _imported(source: str, root: Path | None) -> object:
    if root and str(root) not in sys.path:
        # It stays there, for the class may import its neighbours later.
        sys.path.insert(0, str(root))
    try:
        value = import_object(source)
    except KeyboardInterrupt:
        raise
    # The user's own module, which may raise anything.
    except BaseException as error:
        raise CustomFlavorError(
            f"'{source}' can't be imported: {on_one_line(error)}.",
            hint=f"Zen looked for it {_places(root)}.",
        ) from error
    if root:
        _check_file(source.partition(":")[0], root)
    return value


def _check_file(module: str, root: Path) -> None:
    """Raise `CustomFlavorError` for a module of that name from another repository."""
    wanted = find_module(module, [str(root)])
    file = getattr(sys.modules.get(module), "__file__", None)
    if wanted and file and os.path.realpath(file) != wanted:
        raise CustomFlavorError(
            f"Module '{module}' is {file} in this process, but {wanted} is needed.",
            hint="Use another process, or give one of the modules another name.",
        )


def _schemes_of(cls: type[BaseArtifactStore]) -> set[str]:
    return getattr(cls, "SUPPORTED_SCHEMES", set())


def _places(root: Path | None) -> str:
    if root is None:
        return (
            "on Python's path, and in no repository: run 'zen init' in the folder that"
            " its package is in, or go there"
        )
    return (
        f"in the repository {root}, and then on Python's path: check the spelling, or"
        " move its module there"
    )


def _provider_of(module: str) -> Provider | None:
    """Return the installed distribution that a module is in, as far as can be told."""
    # Dear to import, and few register a flavor.
    from importlib_metadata import packages_distributions, version

    # All that is installed is looked through, and fails where one of it is damaged.
    with suppress(Exception):
        names = packages_distributions().get(module.partition(".")[0], ())
        return Provider(names[0], version(names[0])) if names else None
    return None
