"""What a new plugin, its distribution, its package and its classes are called."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from zen.catalog import CORE, RESERVED_TYPES
from zen.errors import AlreadyExistsError, InvalidNameError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from zen.catalog import Owner

__all__ = ["Names", "check_type", "in_camel_case", "option_for", "plural_of"]

_DISTRIBUTION: Final = re.compile(r"[A-Za-z]([A-Za-z0-9._-]{0,38}[A-Za-z0-9])?")
_TYPE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Distributions begin so to be found among others; flavors needn't.
_PREFIX: Final = re.compile(r"zen-(?:plugin-)?(?=[a-z])")
_SEPARATORS: Final = re.compile(r"[-_.]+")
# What can't be told by whether it can be imported from here.
_RESERVED: Final = frozenset({"tests", "zen"})


class _UnfitNameError(InvalidNameError):
    def __init__(self, kind: str, name: str, hint: str) -> None:
        super().__init__(kind, name)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Names:
    """Hold what follows from a distribution's name.

    Args:
        distribution: The name, as it was given.
        package: What is imported: `zen_acme_s3` of `zen-acme-s3`.
        plugin: The entry point, and what the plugin offers: `acme-s3`.
    """

    distribution: str
    package: str
    plugin: str

    @classmethod
    def of(cls, distribution: str) -> Names:
        """Derive all names from that of a distribution.

        Raises:
            InvalidNameError: A distribution can't be called that, or its package
                couldn't be imported.
            AlreadyExistsError: Its package would hide another one.
        """
        if not _DISTRIBUTION.fullmatch(distribution):
            raise _UnfitNameError(
                "distribution",
                distribution,
                "Use 1 to 40 ASCII letters, digits, '-', '_' and '.'; begin with a"
                " letter, and end with a letter or a digit.",
            )
        plain = _in_plain(distribution)
        package = plain.replace("-", "_")
        _check_package(package, distribution)
        return cls(distribution, package, _PREFIX.sub("", plain))

    def demand_free(self, owners: Iterable[Owner]) -> None:
        """Raise `AlreadyExistsError` if a plugin that is installed is called so."""
        for owner in (CORE, *owners):
            taken = {_in_plain(owner.distribution), _in_plain(owner.plugin)}
            if taken & {_in_plain(self.distribution), self.plugin}:
                raise AlreadyExistsError(
                    f"'{self.distribution}' can't be the name of a new plugin: plugin"
                    f" '{owner.plugin}' of {owner} is installed.",
                    hint=f"Choose another name, or remove that one first with 'pip"
                    f" uninstall {owner.distribution}'.",
                )

    def class_for(self, title: str) -> str:
        """Return the name of a class: `AcmeS3ArtifactStore` for `artifact_store`."""
        suffix = in_camel_case(title)
        stem = in_camel_case(self.plugin)
        name = stem if stem.endswith(suffix) and stem != suffix else stem + suffix
        # pytest takes what begins with Test for tests, and bases begin with Base.
        return f"My{name}" if name.startswith(("Test", "Base")) else name


def check_type(name: str) -> str:
    """Return `name`, or raise `InvalidNameError` if it can't be a component type's."""
    if not _TYPE.fullmatch(name):
        hint = "Use 1 to 40 of a to z, 0 to 9 and '_', and begin with a letter."
        raise _UnfitNameError("component type", name, hint)
    if name in RESERVED_TYPES:
        hint = "Choose another one: stacks have something else of that name."
        raise _UnfitNameError("component type", name, hint)
    return name


def option_for(component_type: str, taken: Collection[str]) -> str:
    """Return two letters for `zen stack register` that aren't taken, or ""."""
    initials = "".join(word[0] for word in component_type.split("_") if word)
    letters = re.sub(r"[^a-z]", "", component_type)
    pairs = [initials[:2], *(letters[0] + letter for letter in letters[1:])]
    fitting = (p for p in pairs if re.fullmatch("[a-z]{2}", p) and p not in taken)
    return next(fitting, "")


def plural_of(word: str) -> str:
    """Return the plural of an English noun, of most."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"


def in_camel_case(name: str) -> str:
    """Spell a name as a class: `DataValidator` for `data_validator`."""
    return "".join(word[:1].upper() + word[1:] for word in _SEPARATORS.split(name))


def _in_plain(name: str) -> str:
    """Spell a name as a package index compares it."""
    return _SEPARATORS.sub("-", name).lower()


def _check_package(package: str, distribution: str) -> None:
    if keyword.iskeyword(package):
        hint = f"'{package}' is a keyword of Python: no package can be called that."
        raise _UnfitNameError("distribution", distribution, hint)
    if package in sys.stdlib_module_names:
        other = "of Python's own library"
    elif package in _RESERVED:
        other = "of Zen" if package == "zen" else "that many projects have"
    elif (found := find_spec(package)) and found.origin:
        other = f"that is installed, {found.origin}"
    else:
        return
    raise AlreadyExistsError(
        f"'{distribution}' can't be the name of a new plugin: its package '{package}'"
        " would"
        f" hide the one {other}.",
        hint="Choose another name.",
    )
