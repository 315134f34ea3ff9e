"""The help of commands that take attributes: it shows what each flavor takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import click

from zen.cli.app import App
from zen.cli.completers import complete_flavor
from zen.errors import ZenError
from zen.plugin import ComponentTypeSpec
from zen.printable import Lines, printable

if TYPE_CHECKING:
    from zen.components.fields import FieldDescription
    from zen.components.flavors import Flavor

__all__ = ["AttributeCommand"]

_FLAVOR: Final = f"{__name__}.flavor"


class AttributeCommand(click.Command):
    """Show the attributes of flavors in the help: of one that is given, or of all.

    Only this help imports flavors. One that can't be imported has a line that says so.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; the help is shown before the flavor is processed."""
        options, *_ = self.make_parser(ctx).parse_args([*args])
        ctx.meta[_FLAVOR] = options.get("flavor")
        return super().parse_args(ctx, args)

    def get_help(self, ctx: click.Context) -> str:
        """Return the help; a part of it is what flavors say of themselves."""
        return printable(Lines(super().get_help(ctx)))

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """List the options, and the attributes of flavors."""
        super().format_options(ctx, formatter)
        given = ctx.meta.get(_FLAVOR)
        try:
            names = [given] if given else _names(ctx, self.params[0])
        except ZenError as error:
            _write_trouble(formatter, error)
            return
        for name in names:
            try:
                _write_attributes(formatter, _find(ctx, name))
            except ZenError as error:
                _write_trouble(formatter, error)


def _names(ctx: click.Context, param: click.Parameter) -> list[str]:
    return [item.value for item in complete_flavor(ctx, param, "")]


def _find(ctx: click.Context, name: str) -> Flavor:
    # Loads all that components need.
    from zen.components.flavors import Flavors

    app, spec = ctx.ensure_object(App), ctx.find_object(ComponentTypeSpec)
    component_type = spec.name if spec else ""
    offers = app.catalog.flavors(component_type)
    names = {offer.spec.name for offer in offers}
    # The first use of a repository makes a profile, which help shouldn't.
    if name in names or name not in _names(ctx, ctx.command.params[0]):
        return Flavors(app.catalog).get(component_type, name)
    return app.repository.factory.flavors.get(component_type, name)


def _write_attributes(formatter: click.HelpFormatter, flavor: Flavor) -> None:
    from zen.components.fields import describe_fields  # as above

    fields = describe_fields(flavor.cls)
    with formatter.section(f"Attributes of flavor '{flavor.name}'"):
        if fields:
            formatter.write_dl([(f"--{each.name}", _about(each)) for each in fields])
        else:
            formatter.write_text("It has none.")


def _about(field: FieldDescription) -> str:
    """Return what an attribute is for, its type, and its default, if it has one."""
    notes = [field.type]
    if field.required:
        notes.append("required")
    elif field.default is not None:
        default = field.default
        is_word = isinstance(default, str) and default
        notes.append(f"default: {default if is_word else json.dumps(default)}")
    return f"{field.meaning}  [{'; '.join(notes)}]".lstrip()


def _write_trouble(formatter: click.HelpFormatter, error: ZenError) -> None:
    formatter.write_paragraph()
    formatter.write_text(" ".join(f"{error} {error.hint}".split()))
