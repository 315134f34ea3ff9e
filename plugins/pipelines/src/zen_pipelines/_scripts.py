"""Execute a file as Python does, and run the pipeline that it defines."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from zen.cli.output import echo
from zen.errors import PipelineInterfaceError
from zen.printable import Lines
from zen_pipelines._options import OptionError
from zen_pipelines._session import lend_session, use_session
from zen_pipelines.pipelines import Pipeline, PipelineDefinition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.abc import InspectLoader
    from importlib.machinery import ModuleSpec
    from types import CodeType
    from typing import TypeGuard

    from zen_pipelines._options import Options
    from zen_pipelines._session import Session

__all__ = ["run_module", "run_script"]


def run_script(file: str, options: Options, session: Session) -> None:
    """Execute a file as `__main__`; if it runs no pipeline, run the one it defines.

    Args:
        file: The file's path.
        options: The parameters of that pipeline, and what the file finds in
            `sys.argv`, after its path.
        session: Knows which runs were begun.

    Raises:
        PipelineInterfaceError: It is no text, or defines no pipeline, or several.
        OptionError: The options aren't those of the pipeline, or the file runs its
            pipeline by itself.
    """
    path = Path(file).absolute()
    module = ModuleType("__main__")
    module.__file__ = str(path)
    folders = [path.parent]
    root = session.repository.root if session.repository else None
    # So that a file in a package's folder finds the package. A path that leads out of
    # the repository, as by '..' or a link, is none of its files.
    if root and root.resolve() in path.resolve().parents:
        folders.append(root)
    with _as_main(module, [file, *options.own], folders):
        _execute(file, module, _compiled(file, path), options, session)


def run_module(name: str, options: Options, session: Session) -> None:
    """Execute a module as `python -m` does; else the same as `run_script`.

    Raises:
        PipelineInterfaceError: There is no such module, or it isn't in Python, or it
            defines no pipeline, or several.
        OptionError: As of `run_script`.
    """
    root = session.repository.root if session.repository else None
    folders = [Path.cwd(), *filter(None, [root])]
    module = ModuleType("__main__")
    with _as_main(module, [name, *options.own], folders):
        code = _load_module(name, module)
        sys.argv[0] = code.co_filename
        _execute(name, module, code, options, session)


def _execute(
    title: str, module: ModuleType, code: CodeType, options: Options, session: Session
) -> None:
    with use_session(session):
        lend_session(session, module)
        session.options = options
        try:
            exec(code, module.__dict__)  # noqa: S102 - to execute it is the point
        except OptionError:
            if not options.is_help:
                raise
        if options.runner and not options.is_help:
            # The file has caught the refusal, or it was in another thread.
            options.refuse()
        session.options = None
        if options.is_help:
            found = options.runner[0] if options.runner else None
            echo(Lines(_help(found or _only_pipeline(title, module), options)))
        elif not session.run_names:
            _run(_only_pipeline(title, module), options)


def _run(found: Pipeline | PipelineDefinition[...], options: Options) -> None:
    values = options.values(_definition(found))
    if isinstance(found, Pipeline):
        found.with_arguments(values).run()
        return
    options.require(found, values)
    found(**values).run()


def _help(found: Pipeline | PipelineDefinition[...], options: Options) -> str:
    given = found.given if isinstance(found, Pipeline) else {}
    return options.describe(_definition(found), given)


def _definition(
    found: Pipeline | PipelineDefinition[...],
) -> PipelineDefinition[...]:
    return found.definition if isinstance(found, Pipeline) else found


def _load_module(name: str, module: ModuleType) -> CodeType:
    """Return a module's code, and tell the module what `python -m` would."""
    spec = _find_spec(name)
    if spec and spec.submodule_search_locations is not None:
        spec = _find_spec(f"{name}.__main__")
    loader = spec.loader if spec else None
    code = loader.get_code(spec.name) if spec and _is_source(loader) else None
    if spec is None or code is None:
        is_file = Path(name).is_file()
        raise PipelineInterfaceError(
            f"Module '{name}' doesn't exist or can't be run.",
            hint=f"It is a file: 'zen run {name}'."
            if is_file
            else "Give its name as 'python -m' takes it; Python looks for it in the"
            " working directory, in the repository's root and in the environment.",
        )
    module.__spec__, module.__loader__ = spec, loader
    module.__package__, module.__file__ = spec.parent, spec.origin
    return code


def _is_source(loader: object) -> TypeGuard[InspectLoader]:
    return hasattr(loader, "get_code")


def _find_spec(name: str) -> ModuleSpec | None:
    if not all(part.isidentifier() for part in name.split(".")):
        return None
    try:
        return find_spec(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            return None
        raise


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
def _as_main(
    module: ModuleType, arguments: list[str], folders: Sequence[Path]
) -> Iterator[None]:
    """Let a module be `__main__`, with the arguments and path of a script."""
    main, argv, search = sys.modules["__main__"], sys.argv, list(sys.path)
    sys.modules["__main__"], sys.argv = module, arguments
    sys.path[:0] = dict.fromkeys(map(str, folders))
    try:
        yield
    finally:
        sys.modules["__main__"], sys.argv, sys.path[:] = main, argv, search


def _only_pipeline(file: str, module: ModuleType) -> Pipeline | PipelineDefinition[...]:
    """Return the pipeline that a file binds to its arguments, or else defines."""
    main = vars(module).get("main")
    if isinstance(main, Pipeline | PipelineDefinition):
        return main
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
        return defined[0]
    names = sorted({value.name for value in bound} | {each.name for each in defined})
    if not names:
        raise PipelineInterfaceError(
            f"'{file}' neither runs nor defines a pipeline.",
            hint="Decorate a function that calls your steps with @pipeline.",
        )
    raise PipelineInterfaceError(
        f"'{file}' defines several pipelines and runs none: {', '.join(names)}.",
        hint=f"Say which one at the end of the file: '{names[0]}().run()', or"
        f" 'main = {names[0]}', to which 'zen run' can give parameters.",
    )
