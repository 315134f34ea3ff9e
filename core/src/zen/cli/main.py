"""The program `zen`: its commands, found through the catalog, and its errors."""

from __future__ import annotations

import atexit
import errno
import os
import sys
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from itertools import takewhile
from typing import TYPE_CHECKING, Final

import click

import zen
from zen.catalog import Offer, contract_error
from zen.cli.app import App
from zen.cli.group import Group
from zen.cli.output import echo, terminal_width
from zen.errors import ZenError
from zen.plugin import ComponentTypeSpec
from zen.printable import Lines, printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

    from click.shell_completion import CompletionItem

    from zen.catalog import Catalog
    from zen.plugin import CommandSpec

__all__ = ["main"]

# As shells have it of a program that SIGINT has ended.
_INTERRUPTED: Final = 130
# What to install for a command that users look for, where no plugin offers it.
_USUAL_PROVIDERS: Final = dict.fromkeys(("pipeline", "run"), "zen-plugin-pipelines")
# The sections of the help, in their order, as plugins name them.
_TITLES: Final = {
    "pipelines": "Pipelines",
    "stacks": "Stacks and what is in them",
    "setup": "Setup",
}

# Options that users put on the wrong side of the command, as they are given.
_AFTER_COMMANDS: Final = {"-o": "-o json", "--output": "--output json"}
_BEFORE_COMMANDS: Final = ("-q", "--quiet", "--debug", "--no-plugins")


class _Failure(click.ClickException):
    """Show an error with its hint, and exit with 1."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint

    def show(self, file: object = None) -> None:
        """Print to standard error."""
        del file
        echo(Lines(f"Error: {printable(self.message)}"), err=True)
        if self.hint:
            echo(self.hint, err=True)


class _Program(Group):
    """Offer the core's commands, one for each component type, and the plugins'."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({name for name, _ in _rows(ctx.ensure_object(App).catalog)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        catalog = ctx.ensure_object(App).catalog
        offer = catalog.command(cmd_name)
        if offer is None:
            return None
        if isinstance(offer.spec, ComponentTypeSpec):
            # Ten groups with nine commands each: only one of them is called.
            from zen.cli.component import component_group

            return component_group(offer.spec)
        return _loaded(catalog, Offer(offer.spec, offer.owner))

    def trouble(self, ctx: click.Context, name: str) -> str:
        """Tell who usually has the command, and of plugins that aren't loaded."""
        absences = ctx.ensure_object(App).catalog.absences
        usual = _USUAL_PROVIDERS.get(name, "")
        if usual:
            usual = f"It comes with {usual}; see 'zen plugin list'."
        return Lines.of(usual, absences)

    def main(self, *args: Any, **extra: Any) -> Any:  # noqa: ANN401 - as click has it
        """Run the program, or answer a shell that completes a command line."""
        if "_ZEN_COMPLETE" in os.environ:
            # Loaded by those who complete only.
            from zen.cli.shells import make_quiet

            make_quiet()
        try:
            return super().main(*args, **extra)
        except BaseException as end:
            # Others call it with arguments, and stay when it ends.
            if not args and not extra.get("args"):
                _leave_threads(end)
            raise

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - as click has it
    ) -> click.Context:
        """Read the arguments; `--help` is answered here."""
        options = [*takewhile(lambda argument: argument.startswith("-"), args)]
        app = App(
            debug="--debug" in options,
            plugins="--no-plugins" not in options,
            quiet=not {"-q", "--quiet"}.isdisjoint(options),
        )
        with _errors_shown(debug=app.debug):
            extra.setdefault("terminal_width", _help_width())
            return super().make_context(info_name, args, parent, obj=app, **extra)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """List the commands by their specs, without importing any of them."""
        catalog = ctx.ensure_object(App).catalog
        sections = {
            title: _section_rows(catalog, key) for key, title in _TITLES.items()
        }
        sections |= {
            "Stack components": _type_rows(catalog),
            "Commands from plugins": _section_rows(catalog, ""),
        }
        for title, rows in sections.items():
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
        if catalog.trouble:
            formatter.write_paragraph()
            formatter.write_text(catalog.trouble.strip())

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[CompletionItem]:
        """Complete a command's name, without importing any command."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        # Loaded by those who complete only.
        from click.shell_completion import CompletionItem

        return [
            CompletionItem(name, help=printable(summary))
            for name, summary in sorted(set(_rows(ctx.ensure_object(App).catalog)))
            if name.startswith(incomplete)
        ]

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; show what goes wrong, and what to do about it."""
        with _errors_shown(debug=ctx.ensure_object(App).debug):
            return super().invoke(ctx)


def _leave_threads(end: BaseException) -> None:
    """End the process if a plugin has left threads, for which Python would wait."""
    code = end.code if isinstance(end, SystemExit) else 1
    # click has imported it.
    import threading

    others = {*threading.enumerate()} - {threading.current_thread()}
    if all(thread.daemon for thread in others):
        return
    if not isinstance(end, SystemExit):
        sys.excepthook(type(end), end, end.__traceback__)
    # The only way to call what is registered, and to wait for no thread first.
    atexit._run_exitfuncs()  # noqa: SLF001
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else bool(code))


@contextmanager
def _errors_shown(*, debug: bool) -> Iterator[None]:
    """Turn what goes wrong into a message for the user, unless debugging."""
    try:
        with _failures_shown(debug=debug):
            yield
    except (KeyboardInterrupt, click.Abort) as error:
        # Click makes an abort of the interruption of a question, too.
        causes = (error, error.__context__)
        if not any(isinstance(cause, KeyboardInterrupt) for cause in causes):
            raise
        echo(err=True)
        echo("Aborted!", err=True)
        raise click.exceptions.Exit(_INTERRUPTED) from error


@contextmanager
def _failures_shown(*, debug: bool) -> Iterator[None]:
    try:
        yield
    except (click.exceptions.Exit, click.Abort, KeyboardInterrupt, SystemExit):
        raise
    except click.ClickException as error:
        # Click's types make it final, though it is no constant.
        error.message = _text_of(error)  # type: ignore[misc]
        raise
    except ZenError as error:
        if debug:
            _show_traceback(error)
        raise _Failure(error.message, error.hint) from error
    # The last resort: a plugin's code may raise anything, and users are spared the
    # traceback unless they ask for it.
    except BaseException as error:
        if isinstance(error, OSError) and error.errno == errno.EPIPE:
            raise
        if debug:
            _show_traceback(error)
        raise _failure(error) from error


def _failure(error: BaseException) -> _Failure:
    """Return what users are told of an error that isn't one of ours."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        _abandon_output()
        reason = f"The output can't be written: {error.strerror}."
        return _Failure(reason, "Free some space and repeat the command.")
    return _Failure(
        f"Unexpected {type(error).__name__}: {error}",
        "Run 'zen --debug …' to see where it comes from.",
    )


def _text_of(error: click.ClickException) -> str:
    """Return a message, and where an option belongs that is in the wrong place."""
    text = error.message
    if isinstance(error, click.NoSuchOption) and error.ctx and not error.possibilities:
        text += _place_of(error.option_name, error.ctx)
    # It may quote a file.
    return printable(text)


def _place_of(option: str, ctx: click.Context) -> str:
    if isinstance(ctx.command, click.Group):
        for near in get_close_matches(option, _AFTER_COMMANDS, n=1):
            example = f"zen stack list {_AFTER_COMMANDS[near]}"
            return f" '{near}' comes after the command, as in '{example}'."
    for near in get_close_matches(option, _BEFORE_COMMANDS, n=1):
        example = f"zen {near} stack list"
        return f" '{near}' comes before the command, as in '{example}'."
    return ""


def _show_traceback(error: BaseException) -> NoReturn:
    """Print what Python would print, but for what speaks to the terminal."""
    # Loaded by those who debug only.
    from traceback import TracebackException

    lines = "".join(map(_indented, TracebackException.from_exception(error).format()))
    echo(Lines(lines), err=True, newline=False)
    raise click.exceptions.Exit(1) from error


def _indented(part: str) -> str:
    """Indent the further lines of an error's text; what it quotes may have them."""
    if part[:1].isspace():
        return part  # a frame
    return "\n  ".join(printable(Lines(part)).rstrip("\n").split("\n")) + "\n"


def _abandon_output() -> None:
    """Write what is left to nowhere; otherwise Python tries once more as it ends."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _help_width() -> int:
    # As click has it: lines that are read easily, and a margin.
    return max(min(terminal_width(), 80) - 2, 50)


def _rows(catalog: Catalog) -> list[tuple[str, str]]:
    commands = [row for key in (*_TITLES, "") for row in _section_rows(catalog, key)]
    return commands + _type_rows(catalog)


def _section_rows(catalog: Catalog, section: str) -> list[tuple[str, str]]:
    return [
        (offer.spec.name, _summary(catalog, offer))
        for offer in catalog.commands()
        if offer.spec.section == section
    ]


def _summary(catalog: Catalog, offer: Offer[CommandSpec]) -> str:
    if catalog.breakage(offer):
        mark = f"Can't be loaded; see 'zen {offer.spec.name}'."
        return f"{offer.spec.summary} {mark}".lstrip()
    return offer.spec.summary


def _type_rows(catalog: Catalog) -> list[tuple[str, str]]:
    return [(spec.command, spec.summary) for spec in catalog.component_types()]


def _loaded(catalog: Catalog, offer: Offer[CommandSpec]) -> click.Command:
    command = catalog.load_command(offer)
    if isinstance(command, click.Command):
        return command
    message = f"'{offer.spec.source}' of {offer.owner} is not a click command."
    raise contract_error(offer.owner, message)


@click.group(cls=_Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(zen.__version__, "-v", "--version", prog_name="zen")
@click.option("-q", "--quiet", is_flag=True, help="Print no notices.")
@click.option("--debug", is_flag=True, help="Show tracebacks of errors.")
@click.option("--no-plugins", is_flag=True, help="Run without plugins.")
def main(**options: bool) -> None:
    """Keep ML code apart from its infrastructure.

    A stack names the components that pipelines run on; a profile is where stacks
    are kept. For example, see what is active and run a pipeline on it:

    \b
      zen profile list
      zen stack list
      zen run FILE
    """
    del options  # _Program.make_context reads them, before anything is loaded
