"""What a run takes from the program around it: where to tell, and which repository."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zen.config import wants_notices
from zen.notices import Caution
from zen.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from zen.repository import Repository
    from zen_pipelines._options import Options
    from zen_pipelines.pipelines import PipelineDefinition

__all__ = [
    "Session",
    "current_session",
    "lend_session",
    "print_notice",
    "use_session",
]


def print_notice(text: str) -> None:
    """Tell the user something that is no result, unless notices are silenced."""
    if isinstance(text, Caution) or wants_notices():
        print(printable(text), file=sys.stderr, flush=True)  # noqa: T201 - the default way to tell


@dataclass
class Session:
    """Hold what runs and steps take from the program that they are part of.

    Args:
        repository: The repository that the user is in, where it is known already.
        notify: Takes each notice for the user.
        loading: The file, or module, that is executed just to find a step in it, or "".
        run_names: The names of the runs that were begun.
        options: What is to set the parameters of a pipeline that is yet to come.
    """

    repository: Repository | None = None
    notify: Callable[[str], None] = print_notice
    loading: str = ""
    run_names: list[str] = field(default_factory=list)
    options: Options | None = None

    def refuse_waiting(self, definition: PipelineDefinition[...]) -> None:
        """Refuse to run a pipeline while options wait that it would not get.

        Raises:
            OptionError: There are such options.
        """
        if self.options and self.options.are_waiting:
            self.options.runner.append(definition)
            self.options.refuse()


# Between `zen run` and a pipeline's `run` is the user's file, and between that and a
# step is an orchestrator, whose contract leaves no room for more arguments. A new
# thread doesn't inherit it and asks the script; in another process, the defaults apply.
_SESSION: Final[ContextVar[Session | None]] = ContextVar("session", default=None)
_OF_SCRIPT: Final = "__zen_session__"


def current_session() -> Session:
    """Return the session that is in use, or the script's, or a new one."""
    return _SESSION.get() or _script_session() or Session()


def _script_session() -> Session | None:
    session = getattr(sys.modules.get("__main__"), _OF_SCRIPT, None)
    return session if isinstance(session, Session) else None


def lend_session(session: Session, script: ModuleType) -> None:
    """Let the threads of a script take part in a session while it is `__main__`."""
    setattr(script, _OF_SCRIPT, session)


@contextmanager
def use_session(session: Session) -> Iterator[Session]:
    """Let all that happens inside take part in a session."""
    token = _SESSION.set(session)
    try:
        yield session
    finally:
        _SESSION.reset(token)
