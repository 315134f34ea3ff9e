"""Groups of commands that suggest the nearest name for one that doesn't exist."""

from __future__ import annotations

import click

from zen.errors import did_you_mean

__all__ = ["Group"]


class Group(click.Group):
    """Hold commands; suggest the nearest one where there is none of a name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments begin with."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            suggestion = did_you_mean(name, self.list_commands(ctx))
            ctx.fail(f"No such command '{name}'.{suggestion}")
        return super().resolve_command(ctx, args)
