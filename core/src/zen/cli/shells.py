"""How a shell is answered that completes a command line.

Whatever is printed, or goes wrong, would show in the line that is being typed. So a
shell gets completions, or none.
"""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Final, cast

from click.shell_completion import (
    CompletionItem,
    ShellComplete,
    add_completion_class,
    get_completion_class,
)

if TYPE_CHECKING:
    import click

__all__ = ["SHELLS", "VARIABLE", "make_quiet", "script_for"]

SHELLS: Final = ("bash", "fish", "zsh")
# What the scripts set when they ask; click makes its name of the program's.
VARIABLE: Final = "_ZEN_COMPLETE"


class _Quiet(ShellComplete):
    """Answer a shell as click does, and fail silently."""

    def get_completions(
        self, args: list[str], incomplete: str
    ) -> list[CompletionItem[str]]:
        """Return the completions of the last word.

        Args:
            args: The words before it.
            incomplete: What is there of it.
        """
        # Bash makes three words of '--flavor=local', and other shells one, of which
        # they want the whole.
        words = [word for word in args if word != "="]
        option, separator, _ = incomplete.partition("=")
        prefix = option + separator if option.startswith("-") and separator else ""
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            try:
                items = super().get_completions(words, incomplete)
            # Whatever is completed may be broken in any way, and the code a plugin's.
            except (Exception, SystemExit):  # noqa: BLE001
                return []
        if not prefix:
            return items
        return [
            CompletionItem(f"{prefix}{item.value}", help=item.help)
            for item in items
            if item.type == "plain"
        ]


def make_quiet() -> None:
    """Let no shell be told of what goes wrong while it completes a line."""
    for name in SHELLS:
        shell = get_completion_class(name)
        if shell and not issubclass(shell, _Quiet):
            quiet = type(f"Quiet{shell.__name__}", (_Quiet, shell), {})
            add_completion_class(cast("type[ShellComplete]", quiet), name)


def script_for(shell: str, program: click.Command) -> str:
    """Return the script that lets a shell complete the command lines of `zen`.

    Args:
        shell: One of `SHELLS`.
        program: The command `zen`.
    """
    cls = get_completion_class(shell)
    if cls is None:
        message = f"{shell!r} is none of {SHELLS}"
        raise ValueError(message)
    return cls(program, {}, "zen", VARIABLE).source()
