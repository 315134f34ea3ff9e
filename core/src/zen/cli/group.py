"""Groups of commands that suggest the nearest name for one that doesn't exist."""

from __future__ import annotations

import sys
from typing import Final

import click

from zen.errors import did_you_mean
from zen.printable import Lines, printable

__all__ = ["Group"]
# Words that other programs have for what ours are called.
_SYNONYMS: Final = {
    "add": ("register", "create"),
    "activate": ("set",),
    "create": ("register",),
    "current": ("get",),
    "info": ("describe", "status"),
    "ls": ("list",),
    "new": ("register", "create"),
    "register": ("create",),
    "remove": ("delete",),
    "rm": ("delete",),
    "show": ("describe", "get"),
    "start": ("up",),
    "stop": ("down",),
    "use": ("set",),
}


class Group(click.Group):
    """Hold commands; suggest the nearest one where there is none of a name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments begin with."""
        name = args[0]
        if command := self.get_command(ctx, name):
            _check_repeats(command, name, args[1:], ctx)
            return name, command, args[1:]
        if name.startswith("-"):
            return super().resolve_command(ctx, args)
        suggestion = self.suggestion(ctx, name)
        trouble = self.trouble(ctx, name)
        message = Lines.of(f"No such command '{name}'.{suggestion}", trouble)
        raise click.UsageError(message, ctx)

    def suggestion(self, ctx: click.Context, name: str) -> str:
        """Return " Did you mean …?", for a usual word or a command one level below.

        For a command that the original has, say what to type instead, or why not.
        """
        # Loaded by those who mistype only.
        from zen.cli.former import ADVICE

        path = f"{ctx.command_path} {name}".partition(" ")[2]
        if path in ADVICE:
            return f" {ADVICE[path]}"
        names = self.list_commands(ctx)
        meant = [each for each in _SYNONYMS.get(name, ()) if each in names]
        if name in {"help", "explain"}:
            meant = [f"{ctx.command_path} --help"]
        # To look into the groups of the program would load all of them.
        elif ctx.parent and not meant:
            groups = {group: self.get_command(ctx, group) for group in names}
            meant = [
                f"{group} {name}"
                for group, command in groups.items()
                if isinstance(command, click.Group) and name in command.commands
            ]
        return f" Did you mean '{meant[0]}'?" if meant else did_you_mean(name, names)

    def get_help(self, ctx: click.Context) -> str:
        """Return the help; a part of it is what plugins say of themselves."""
        return printable(Lines(super().get_help(ctx)))

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """List the commands, each with the whole first sentence of its help."""
        commands = {
            name: self.get_command(ctx, name) for name in self.list_commands(ctx)
        }
        rows = [
            (name, command.get_short_help_str(sys.maxsize))
            for name, command in commands.items()
            if command and not command.hidden
        ]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def trouble(self, ctx: click.Context, name: str) -> str:
        """Return what else to say where there is no such command."""
        del ctx, name
        return ""


def _check_repeats(
    command: click.Command, name: str, args: list[str], parent: click.Context
) -> None:
    """Refuse an option that takes one value and is given several times.

    Click lets the last one win. It has no place to say otherwise for all commands, so
    what follows a command's name is read once more here.
    """
    if parent.resilient_parsing:
        return  # what is completed isn't finished
    context = command.context_class(command, parent, name, **command.context_settings)
    *_, order = command.make_parser(context).parse_args([*args])
    seen: set[str | None] = set()
    for parameter in order:
        if not isinstance(parameter, click.Option) or not _takes_one(parameter):
            continue
        if parameter.name in seen:
            option = max(parameter.opts, key=len)
            raise click.UsageError(f"Option '{option}' is given twice.", context)
        seen.add(parameter.name)


def _takes_one(option: click.Option) -> bool:
    return not (option.is_flag or option.multiple or option.count)
