"""Execute a file as Python does, and run the pipeline that it defines."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from zen.errors import PipelineInterfaceError
from zen_pipelines._session import lend_session, use_session
from zen_pipelines.pipelines import Pipeline, PipelineDefinition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import CodeType

    from zen_pipelines._session import Session

__all__ = ["run_script"]


def run_script(file: str, arguments: Sequence[str], session: Session) -> None:
    """Execute a file as `__main__`; if it runs no pipeline, run the one it defines.

    Args:
        file: The file's path.
        arguments: What the file finds in `sys.argv`, after its path.
        session: Knows which runs were begun.

    Raises:
        PipelineInterfaceError: It is no text, or defines no pipeline, or several.
    """
    path = Path(file).absolute()
    with _as_main(path, [file, *arguments]) as module, use_session(session):
        lend_session(session, module)
        code = _compiled(file, path)
        exec(code, module.__dict__)  # noqa: S102 - to execute the file is the point
        if not session.run_names:
            _only_pipeline(file, module).run()


def _compiled(file: str, path: Path) -> CodeType:
    try:
        return compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    # NUL bytes are refused without a file's name, by older Pythons as a ValueError.
    except (SyntaxError, ValueError) as error:
        if getattr(error, "filename", None):
            raise
        raise PipelineInterfaceError(
            f"'{file}' can't be read as Python: {error}.",
            hint="Give the source of a pipeline: 'zen run FILE'.",
        ) from error


@contextmanager
def _as_main(path: Path, arguments: list[str]) -> Iterator[ModuleType]:
    """Let a new module be `__main__`, with the arguments and path of a script."""
    module = ModuleType("__main__")
    module.__file__ = str(path)
    main, argv, search = sys.modules["__main__"], sys.argv, list(sys.path)
    sys.modules["__main__"], sys.argv = module, arguments
    sys.path.insert(0, str(path.parent))
    try:
        yield module
    finally:
        sys.modules["__main__"], sys.argv, sys.path[:] = main, argv, search


def _only_pipeline(file: str, module: ModuleType) -> Pipeline:
    """Return the pipeline that a file binds to its arguments, or else defines."""
    values = {id(value): value for value in vars(module).values()}.values()
    bound = [value for value in values if isinstance(value, Pipeline)]
    defined = [
        value
        for value in values
        if isinstance(value, PipelineDefinition)
        and getattr(value, "__module__", None) == module.__name__
    ]
    if len(bound) == 1:
        return bound[0]
    if not bound and len(defined) == 1:
        return defined[0]()
    names = sorted({value.name for value in bound} | {each.name for each in defined})
    if not names:
        raise PipelineInterfaceError(
            f"'{file}' runs no pipeline, and defines none.",
            hint="Decorate a function that calls your steps with @pipeline.",
        )
    raise PipelineInterfaceError(
        f"'{file}' defines several pipelines and runs none: {', '.join(names)}.",
        hint=f"Say which one at the end of the file: '{names[0]}().run()'.",
    )
