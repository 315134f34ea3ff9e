"""Every error that Zen raises on purpose, as one tree.

```
ZenError
├── ConfigurationError
│   ├── DamagedDataError          a file or record that isn't what it should be
│   ├── DanglingReferenceError    a setting that names a profile or stack that is gone
│   ├── InitializationException   a folder that can't become a repository
│   └── UntrustedError            a repository's code or data that isn't trusted
├── InvalidNameError              (ValueError)
├── NotFoundError                 (KeyError)
│   ├── ProfileNotFoundError
│   ├── StackNotFoundError
│   ├── StackComponentNotFoundError
│   ├── FlavorNotFoundError
│   ├── SecretNotFoundError
│   ├── StoreDriverNotFoundError
│   ├── PluginNotFoundError
│   ├── RevisionNotFoundError     a commit that a profile's history doesn't have
│   ├── PipelineNotFoundError
│   ├── RunNotFoundError
│   └── StepNotFoundError
├── AlreadyExistsError            (ValueError)
│   ├── ProfileExistsError
│   ├── StackExistsError
│   ├── StackComponentExistsError
│   ├── FlavorExistsError
│   ├── SecretExistsError
│   └── RunExistsError
├── InUseError                    (ValueError)
├── ComponentConfigurationError   (ValueError)
├── CustomFlavorError             a flavor of the user's own that can't be used
├── StackValidationError          (ValueError)
├── StoreError
│   ├── ConflictError             a stale transaction; nothing was changed
│   ├── StoreReplacedError        a profile or store is another one than before
│   ├── StoreLockedError          another process holds the store for too long
│   └── StoreUnavailableError     the store can't be read or written at all
├── InstallationError             pip or uv failed, or what is installed can't be pinned
├── ProvisioningError
├── VetoError                     a plugin forbids a lifecycle operation
├── PipelineError
│   ├── PipelineInterfaceError    a step or pipeline that isn't written as it must be
│   └── StepFailedError           a step's own code raised
└── PluginError
    ├── PluginLoadError           it can't be imported, or its hooks can't be called
    ├── PluginIncompatibleError   it asks for another version of the core
    ├── PluginContractError       what it offers isn't what it promised
    └── AmbiguousPluginError      several plugins claim one name
```

An error's text says what failed and whose it is; its `hint` says what to do now.
The command line prints both and exits with 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

__all__ = [
    "AlreadyExistsError",
    "AmbiguousPluginError",
    "ComponentConfigurationError",
    "ConfigurationError",
    "ConflictError",
    "CustomFlavorError",
    "DamagedDataError",
    "DanglingReferenceError",
    "FlavorExistsError",
    "FlavorNotFoundError",
    "InUseError",
    "InitializationException",
    "InstallationError",
    "InvalidNameError",
    "NotFoundError",
    "PipelineError",
    "PipelineInterfaceError",
    "PipelineNotFoundError",
    "PluginContractError",
    "PluginError",
    "PluginIncompatibleError",
    "PluginLoadError",
    "PluginNotFoundError",
    "ProfileExistsError",
    "ProfileNotFoundError",
    "ProvisioningError",
    "RevisionNotFoundError",
    "RunExistsError",
    "RunNotFoundError",
    "SecretExistsError",
    "SecretNotFoundError",
    "StackComponentExistsError",
    "StackComponentNotFoundError",
    "StackExistsError",
    "StackNotFoundError",
    "StackValidationError",
    "StepFailedError",
    "StepNotFoundError",
    "StoreDriverNotFoundError",
    "StoreError",
    "StoreLockedError",
    "StoreReplacedError",
    "StoreUnavailableError",
    "UntrustedError",
    "VetoError",
    "ZenError",
    "did_you_mean",
]


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the candidate nearest to `name`, or ""."""
    # Only errors need it, and every call imports this module.
    from difflib import get_close_matches

    by_lower_case = {candidate.lower(): candidate for candidate in candidates}
    nearest = get_close_matches(name.lower(), by_lower_case, n=1)
    return f" Did you mean '{by_lower_case[nearest[0]]}'?" if nearest else ""


class ZenError(Exception):
    """Be the base of every error that Zen raises on purpose.

    Args:
        message: What failed, and whose it is.
        hint: What to do now; may be empty.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def hint(self) -> str:
        """What to do now; a traceback shows it from Python 3.11 on."""
        return self._hint

    @hint.setter
    def hint(self, hint: str) -> None:
        self._hint = hint
        self.__notes__ = [printable(hint)] if hint else []

    def __str__(self) -> str:
        # KeyError, a second base of some, would show the repr of its argument.
        return self.message

    @property
    def in_full(self) -> str:
        """The message and the hint, as one paragraph."""
        message = str(self)
        stop = "" if message.endswith((".", "!", "?")) else "."
        return f"{message}{stop} {self.hint}" if self.hint else message

    def __reduce__(self) -> tuple[object, ...]:
        # A copy in another process is made from the data, not by __init__, whose
        # arguments differ from class to class.
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(
    cls: type[ZenError], args: tuple[object, ...], state: dict[str, object]
) -> ZenError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(state)
    return error


class ConfigurationError(ZenError):
    """Report a setting that can't be used."""


class DamagedDataError(ConfigurationError):
    """Report a file or a record that can't be read as what it should be.

    Args:
        where: The file's path, or the place of the record.
        reason: What is wrong with it.
        line: The line, counted from 1, or None where no line can be told.
    """

    def __init__(
        self, where: Path | str, reason: str, *, line: int | None = None
    ) -> None:
        place = f"{where}, line {line}" if line else f"{where}"
        super().__init__(
            f"{place}: {reason}",
            hint="Repair it, or restore it from a backup or from git.",
        )
        self.where = where
        self.reason = reason
        self.line = line


class DanglingReferenceError(ConfigurationError):
    """Report a setting that names a profile or a stack that is gone.

    Args:
        kind: What is named: `profile` or `stack`.
        name: The name that leads nowhere.
        source: The setting that holds the name.
        hint: How to mend it.
    """

    def __init__(self, kind: str, name: str, *, source: str, hint: str) -> None:
        super().__init__(
            f"The active {kind} '{name}', set by {source}, does not exist.", hint=hint
        )
        self.kind = kind
        self.name = name
        self.source = source


class InitializationException(ConfigurationError):  # noqa: N818 - the original's name
    """Report a folder that can't become a repository."""


class UntrustedError(ConfigurationError):
    """Report code or data of a repository that its user doesn't trust.

    Args:
        message: What isn't used, and why.
        hint: How to trust it.
    """


class InvalidNameError(ZenError, ValueError):
    """Report a name that breaks the rule for names.

    Args:
        kind: What is named, in words: `stack`, `artifact store`.
        name: The name.
    """

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(
            f"'{name}' is not a valid {kind} name.",
            hint="Use 1 to 100 ASCII letters, digits, '_', '-' and '.',"
            " and begin with a letter or a digit.",
        )
        self.kind = kind
        self.name = name


class NotFoundError(ZenError, KeyError):
    """Report a name that leads nowhere, with what there is instead.

    Args:
        name: What was asked for.
        available: The names that there are.
        of: The group that was looked at, where it narrows the search.
        hint: The next command to type.
    """

    kind = "object"

    def __init__(
        self, name: str, available: Iterable[str] = (), *, of: str = "", hint: str = ""
    ) -> None:
        self.name = name
        self.available = sorted(available)
        self.of = of
        kind = self.kind[:1].upper() + self.kind[1:]
        message = f"{kind} '{name}' does not exist{f' {of}' if of else ''}."
        message += did_you_mean(name, self.available)
        if self.available:
            message += f" Available: {', '.join(self.available)}."
        super().__init__(message, hint=hint)


class ProfileNotFoundError(NotFoundError):
    """Report a profile that does not exist."""

    kind = "profile"


class StackNotFoundError(NotFoundError):
    """Report a stack that does not exist in the active profile."""

    kind = "stack"


class StackComponentNotFoundError(NotFoundError):
    """Report a stack component that does not exist in the active profile.

    Args:
        component_type: Its type, with underscores.
        name: What was asked for.
        available: The names that there are.
    """

    def __init__(
        self, component_type: str, name: str, available: Iterable[str]
    ) -> None:
        self.component_type = component_type
        self.kind = component_type.replace("_", " ")
        option = component_type.replace("_", "-")
        super().__init__(
            name,
            available,
            hint=f"See 'zen {option} list', or 'zen {option} register --help'.",
        )


class FlavorNotFoundError(NotFoundError):
    """Report a flavor that no installed plugin provides."""

    kind = "flavor"


class SecretNotFoundError(NotFoundError):
    """Report a secret that the secrets manager doesn't have."""

    kind = "secret"


class StoreDriverNotFoundError(NotFoundError):
    """Report a store type that no installed plugin provides."""

    kind = "store type"


class PluginNotFoundError(NotFoundError):
    """Report a plugin that isn't installed."""

    kind = "plugin"


class RevisionNotFoundError(NotFoundError):
    """Report a number that no commit in a profile's history has, or has no longer.

    Args:
        sequence: The number.
        first: The number of the oldest commit that there is; 0 if there is none.
        last: The number of the newest.
    """

    kind = "revision"

    def __init__(self, sequence: int, *, first: int, last: int) -> None:
        self.first = first
        self.last = last
        of = f"in the history, which goes from {first} to {last}"
        if 0 < sequence < first:
            of += "; what was before was pruned"
        super().__init__(
            str(sequence),
            of=of if first else "in the history, which is empty",
            hint="See 'zen profile log'.",
        )


class PipelineNotFoundError(NotFoundError):
    """Report a pipeline of which the metadata store knows no run."""

    kind = "pipeline"


class RunNotFoundError(NotFoundError):
    """Report a pipeline run that the metadata store doesn't know."""

    kind = "pipeline run"


class StepNotFoundError(NotFoundError):
    """Report a step that isn't one of a run's."""

    kind = "step"


class AlreadyExistsError(ZenError, ValueError):
    """Report a name that is taken."""


class ProfileExistsError(AlreadyExistsError):
    """Report the name of a profile that already exists."""


class StackExistsError(AlreadyExistsError):
    """Report the name of a stack that already exists."""


class StackComponentExistsError(AlreadyExistsError):
    """Report the name of a stack component that already exists."""


class FlavorExistsError(AlreadyExistsError):
    """Report the name of a flavor that already exists."""


class SecretExistsError(AlreadyExistsError):
    """Report the name of a secret that already exists."""


class RunExistsError(AlreadyExistsError):
    """Report the name of a pipeline run that already exists."""


class InUseError(ZenError, ValueError):
    """Report something that can't go because something else needs it."""


class ComponentConfigurationError(ZenError, ValueError):
    """Report attributes that a flavor doesn't accept."""


class CustomFlavorError(ZenError):
    """Report a flavor of the user's own that can't be imported, or isn't one."""


class StackValidationError(ZenError, ValueError):
    """Report a stack that lacks a component, or whose components don't fit."""


class StoreError(ZenError):
    """Be the base of what goes wrong between a profile and its store."""


class ConflictError(StoreError):
    """Report a transaction that was built on what has changed since.

    Nothing of the transaction was applied.

    Args:
        subject: The record, or the kind of record, that has changed.
        check: The check that didn't hold, where one was made.
        author: Who made the last change, where that is known.
        time: When that was, in UTC.
    """

    def __init__(
        self,
        subject: str,
        *,
        check: object = None,
        author: str = "",
        time: datetime | None = None,
    ) -> None:
        when = f"at {time:%Y-%m-%d %H:%M:%S} UTC" if time else "in the meantime"
        super().__init__(
            f"{subject} was changed by {author or 'another process'} {when};"
            " nothing was written.",
            hint="Check the current state and repeat the command.",
        )
        self.subject = subject
        self.check = check
        self.author = author
        self.time = time


class StoreReplacedError(StoreError):
    """Report a profile or a store that is another one than was looked at.

    Nothing was changed.

    Args:
        subject: The profile or the store.
        problem: What is the matter with it, as in `has been deleted`.
    """

    def __init__(self, subject: str, problem: str) -> None:
        super().__init__(
            f"{subject} {problem}; nothing was written.",
            hint="Check the current state and repeat the command.",
        )
        self.subject = subject
        self.problem = problem


class StoreLockedError(StoreError):
    """Report that another process holds the store for too long."""


class StoreUnavailableError(StoreError):
    """Report a store that can't be opened, read or written; it is unchanged."""


class InstallationError(ZenError):
    """Report distributions that can't be installed, or can't be pinned."""


class ProvisioningError(ZenError):
    """Report a component whose resources can't be brought to the wanted state."""


class VetoError(ZenError):
    """Forbid a lifecycle operation; raised by `zen_before_lifecycle`."""


class PipelineError(ZenError):
    """Be the base of what goes wrong in a pipeline."""


class PipelineInterfaceError(PipelineError):
    """Report a step or a pipeline that isn't written as it must be."""


class StepFailedError(PipelineError):
    """Report a step whose own code raised; the cause is that exception.

    Args:
        step: The step's name.
        run_name: The run that it belongs to.
    """

    def __init__(self, step: str, run_name: str) -> None:
        super().__init__(
            f"Step '{step}' of run '{run_name}' failed.",
            hint=f"See 'zen pipeline runs describe {run_name}'.",
        )
        self.step = step
        self.run_name = run_name


class PluginError(ZenError):
    """Be the base of what goes wrong with a plugin.

    Args:
        message: What failed.
        plugin: The plugin's entry-point name.
        distribution: The distribution that the plugin came in, with its version.
        hint: What to do now.
    """

    def __init__(
        self, message: str, *, plugin: str, distribution: str, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.plugin = plugin
        self.distribution = distribution


class PluginLoadError(PluginError):
    """Report a plugin that can't be imported, or whose hooks can't be called."""


class PluginIncompatibleError(PluginError):
    """Report a plugin that asks for another version of the core."""


class PluginContractError(PluginError):
    """Report a plugin that offers what it can't deliver."""


class AmbiguousPluginError(PluginError):
    """Report a name that several plugins claim."""
