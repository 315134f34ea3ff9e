"""Show users the part of a traceback that is about their own code."""

from __future__ import annotations

import contextlib
import inspect
from pathlib import Path
from traceback import (
    FrameSummary,
    StackSummary,
    TracebackException,
)
from typing import TYPE_CHECKING, Final

import zen
import zen_pipelines
from zen.errors import ZenError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["describe_error", "format_user_traceback"]


def _folder(module: ModuleType) -> str:
    return f"{Path(module.__file__ or '').parent.as_posix()}/"


_INTERNAL: Final = (
    _folder(zen),
    _folder(zen_pipelines),
    "<frozen importlib",
    Path(contextlib.__file__).as_posix(),
)
_RUN: Final = f"{_folder(zen_pipelines)}_runs.py"
_STEP: Final = f"{_folder(zen_pipelines)}entrypoint.py"


def describe_error(error: BaseException) -> str:
    """Return an exception's type and text, without its traceback and Zen's hint."""
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted, as by Ctrl-C"
    exception = TracebackException.from_exception(error)
    if isinstance(error, ZenError):
        vars(exception)["__notes__"] = []  # Python 3.10 reads none
    return inspect.cleandoc("".join(exception.format_exception_only()))


def format_user_traceback(error: BaseException) -> str:
    """Return an exception's traceback without the frames of Zen and of importlib."""
    exception = TracebackException.from_exception(error)
    _trim(exception)
    return "".join(exception.format()).rstrip()


def _trim(exception: TracebackException) -> None:
    exception.stack = StackSummary.from_list(
        [
            frame
            for frame in _without_orchestrator(exception.stack)
            if not _file(frame).startswith(_INTERNAL)
        ]
    )
    inner = [exception.__cause__, exception.__context__]
    inner += getattr(exception, "exceptions", None) or []
    for other in inner:
        if other is not None:
            _trim(other)


def _without_orchestrator(stack: list[FrameSummary]) -> list[FrameSummary]:
    """Leave out how a run came to call a step; what an orchestrator raises stays."""
    files = [_file(frame) for frame in stack]
    if _RUN not in files or _STEP not in files:
        return stack
    return stack[: files.index(_RUN)] + stack[files.index(_STEP) :]


def _file(frame: FrameSummary) -> str:
    return frame.filename.replace("\\", "/")
