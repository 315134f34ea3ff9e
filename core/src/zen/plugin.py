"""All that the author of a plugin imports: the hook marker and the specs.

A plugin is a *light* module: it imports this one and the standard library, and its
hook implementations return specs that name the real thing by an import string
(`package.module:Name`). That is imported when it is used, never to be listed.

```python
from zen.plugin import FlavorSpec, hookimpl


@hookimpl
def zen_flavors():
    return [
        FlavorSpec(
            type="artifact_store",
            name="s3",
            source="acme_s3.store:S3ArtifactStore",
            summary="Artifacts in an S3 bucket.",
        )
    ]
```

The module is announced by one entry point in the group `zen.plugins`:

```toml
[project.entry-points."zen.plugins"]
acme-s3 = "acme_s3.plugin"
```
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "CommandSpec",
    "ComponentTypeSpec",
    "DefaultComponentSpec",
    "FlavorSpec",
    "LifecycleContext",
    "LifecycleEvent",
    "LifecycleVerb",
    "StoreDriverSpec",
    "hookimpl",
]

FunctionT = TypeVar("FunctionT", bound="Callable[..., object]")

LifecycleVerb = Literal["provision", "resume", "suspend", "deprovision"]

# Where a plugin manager of pluggy for the project `zen` looks for marked functions.
_MARK: Final = "zen_impl"
# Every listing pays for what is longer than anybody reads.
_PATTERNS: Final = {
    "name": re.compile(r"[a-z][a-z0-9_-]{0,99}", re.ASCII),
    "type": re.compile(r"[a-z][a-z0-9_]{0,99}", re.ASCII),
    "flavor": re.compile(r"[a-z][a-z0-9_-]{0,99}", re.ASCII),
    "import string": re.compile(r"(?=.{1,300}$)\w+(\.\w+)*:\w+(\.\w+)*"),
    "import string or empty": re.compile(r"((?=.{1,300}$)\w+(\.\w+)*:\w+(\.\w+)*)?"),
    "option": re.compile(r"[a-z]{0,2}", re.ASCII),
    "section": re.compile(r"pipelines|stacks|setup|"),
    # No control characters, nor others that break a line or turn it round.
    "line of at most 200 characters": re.compile(
        r"[^\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
        r"{0,200}"
    ),
}
_MOST_CAPABILITIES: Final = 100
_LONGEST_SHOWN: Final = 100
_SHAPES: Final = {
    "base": "import string",
    "names": "import string or empty",
    "option": "option",
    "plural": "name",
    "source": "import string",
    "summary": "line of at most 200 characters",
}


@overload
def hookimpl(
    function: FunctionT, *, specname: str | None = None, optionalhook: bool = False
) -> FunctionT: ...
@overload
def hookimpl(
    function: None = None, *, specname: str | None = None, optionalhook: bool = False
) -> Callable[[FunctionT], FunctionT]: ...
def hookimpl(
    function: FunctionT | None = None,
    *,
    specname: str | None = None,
    optionalhook: bool = False,
) -> FunctionT | Callable[[FunctionT], FunctionT]:
    """Mark a function as the implementation of a hook.

    It does what pluggy's own marker does, and a plugin may use that instead. But the
    core's plugin is imported by every call of `zen`, and pluggy by few of them. And
    what pluggy's marker says about order means nothing here: each plugin is asked by
    itself.

    Args:
        function: The implementation; it names those of the hook's arguments that it
            needs.
        specname: The hook's name, where the function has another.
        optionalhook: Whether a hook of that name need not exist in this version.
    """

    def mark(function: FunctionT) -> FunctionT:
        options = {
            "wrapper": False,
            "hookwrapper": False,
            "optionalhook": optionalhook,
            "tryfirst": False,
            "trylast": False,
            "specname": specname,
        }
        setattr(function, _MARK, options)
        return function

    return mark if function is None else mark(function)


class Spec:
    """Check every text of a spec when it is made, so that faults show at once."""

    __slots__ = ()

    @property
    def import_strings(self) -> list[str]:
        """What the spec names, to be imported on use."""
        named = (getattr(self, name, "") for name in ("source", "base", "names"))
        return [text for text in named if text]

    def __post_init__(self) -> None:
        for attribute in fields(self):  # type: ignore[arg-type]  # a dataclass below
            value = getattr(self, attribute.name)
            shape = _SHAPES.get(attribute.name, attribute.name)
            if not _fits(value, shape):
                shown = repr(value)
                if len(shown) > _LONGEST_SHOWN:
                    shown = f"{shown[:_LONGEST_SHOWN]}…"
                message = (
                    f"{type(self).__name__}: {attribute.name}={shown}"
                    f" is not a valid {shape}"
                )
                raise ValueError(message)


def _fits(value: object, shape: str) -> bool:
    if shape == "capabilities":
        return value is None or (
            isinstance(value, frozenset)
            and len(value) <= _MOST_CAPABILITIES
            and all(_fits(name, "name") for name in value)
        )
    return isinstance(value, str) and bool(_PATTERNS[shape].fullmatch(value))


@dataclass(frozen=True, slots=True)
class FlavorSpec(Spec):
    """Offer an implementation of a component type.

    Args:
        type: The component type: `artifact_store`, `orchestrator`, …
        name: The flavor's name, the same as the class's `FLAVOR`.
        source: The class, as an import string; a subclass of the type's base.
        summary: One line for listings.
        capabilities: What the flavor can do of what its contract leaves open; all of
            it if None. The kit skips the tests of what is left out.
    """

    type: str
    name: str
    source: str
    summary: str = ""
    capabilities: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class StoreDriverSpec(Spec):
    """Offer a place where a profile's stacks and components can be kept.

    Args:
        name: The store type, as in `zen profile create --store-type NAME`.
        source: The class, as an import string; a subclass of `StoreDriver`.
        summary: One line for listings.
        capabilities: What the driver can do of what the contract leaves open; all of
            it if None. The kit skips the tests of what is left out.
        names: A function, as an import string, that reads records for the completion
            of their names, where importing the driver takes too long for that. It is
            called as `names(url, folder, kind)`, the URL being None where the profile
            is kept in its own folder, and returns the payloads of the records of that
            kind; or None, or it raises, and the driver is asked.
    """

    name: str
    source: str
    summary: str = ""
    capabilities: frozenset[str] | None = None
    names: str = ""


@dataclass(frozen=True, slots=True)
class ComponentTypeSpec(Spec):
    """Offer a kind of stack component, with commands and an option of its own.

    Args:
        name: The type, with underscores: `data_validator`.
        plural: Its plural, with underscores: `data_validators`.
        base: The abstract class of its flavors, as an import string.
        option: The short option of `zen stack register`: one or two letters.
        summary: One line for listings.
    """

    name: str
    plural: str
    base: str
    option: str
    summary: str = ""

    @property
    def title(self) -> str:
        """The type in words: `data validator`."""
        return self.name.replace("_", " ")

    @property
    def command(self) -> str:
        """The type as the command line spells it: `data-validator`."""
        return self.name.replace("_", "-")


@dataclass(frozen=True, slots=True)
class CommandSpec(Spec):
    """Offer a command of `zen`.

    Args:
        name: The command's name.
        source: The click command or group, as an import string.
        summary: The line that `zen --help` shows, without importing the command; 45
            characters at most fit a narrow terminal.
        section: Where `zen --help` shows it: `pipelines`, `stacks`, `setup`, or ""
            for the commands from plugins at its end.
    """

    name: str
    source: str
    summary: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class DefaultComponentSpec(Spec):
    """Offer a component for the default stack of a new profile.

    It is made with no configuration, so its flavor must work without any.

    Args:
        type: The component type.
        flavor: The flavor's name.
    """

    type: str
    flavor: str


class LifecycleContext(NamedTuple):
    """Tell a lifecycle hook on whose behalf a component changes its state.

    Args:
        stack: The name of the stack that is brought up or down, or None when the
            operation is about this component alone.
    """

    stack: str | None = None


class LifecycleEvent(NamedTuple):
    """Describe one lifecycle operation on one component to those who watch.

    Args:
        verb: `provision`, `resume`, `suspend` or `deprovision`.
        type: The component's type.
        name: The component's name.
        flavor: The component's flavor.
        stack: The stack that the operation is part of, or None.
    """

    verb: LifecycleVerb
    type: str
    name: str
    flavor: str
    stack: str | None = None
