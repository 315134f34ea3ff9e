"""Complete names on a command line: of profiles, stacks, components, flavors, plugins.

Each of these is handed to an argument or an option as `shell_complete`. They change
nothing, and load as little as a listing does, for they are called whenever a key is
pressed. What goes wrong, `zen.cli.shells` keeps to itself.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from zen.cli.app import App
from zen.plugin import ComponentTypeSpec
from zen.printable import printable
from zen.records import COMPONENT, FLAVOR, STACK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import click
    from click.shell_completion import CompletionItem

    from zen.config import ProfileConfiguration, Profiles

    Completer: TypeAlias = Callable[
        [click.Context, click.Parameter, str], list[CompletionItem[str]]
    ]
    # Names, each with a word about it.
    Names: TypeAlias = Mapping[str, str]
    Payloads: TypeAlias = Iterable[Mapping[str, object]]

__all__ = [
    "complete_component",
    "complete_component_first",
    "complete_file",
    "complete_flavor",
    "complete_offer",
    "complete_plugin",
    "complete_profile",
    "complete_stack",
    "complete_stack_or_file",
    "complete_store_type",
    "component_completer",
]

# Seconds after which the user gets to go on typing, whatever a server does.
_PATIENCE: Final = 2.0


def complete_profile(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete the name of a profile."""
    del param
    # Loads YAML, which only those need who complete the name of something kept.
    from zen.config import GlobalConfiguration

    profiles = GlobalConfiguration(_app(ctx).configuration).settings.profiles
    return _matching({n: each.store_type for n, each in profiles.items()}, incomplete)


def complete_stack(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete the name of a stack of the active profile."""
    del param
    return _matching(_from_store(ctx, STACK), incomplete)


def complete_file(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Let the shell complete the path of a file."""
    del ctx, param
    # Loaded by those who complete only.
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def complete_stack_or_file(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete the name of a stack, or else the path of a file."""
    stacks = complete_stack(ctx, param, incomplete)
    return stacks or complete_file(ctx, param, incomplete)


def complete_component(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete the name of a component of the type whose command is called."""
    component_type = _type_of(ctx)
    return component_completer(component_type)(ctx, param, incomplete)


def complete_component_first(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete the name of a component where it comes first of several arguments."""
    if param.name and ctx.params.get(param.name):
        return []
    return complete_component(ctx, param, incomplete)


def component_completer(component_type: str) -> Completer:
    """Return what completes the name of a component of a type."""

    def complete(
        ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        del param
        found = _from_store(
            ctx, COMPONENT, about="flavor", component_type=component_type
        )
        return _matching(found, incomplete)

    return complete


def complete_flavor(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete the name of a flavor: a plugin's, or one of the active profile's own."""
    del param
    component_type = _type_of(ctx)
    offers = _app(ctx).catalog.flavors(component_type)
    flavors = {offer.spec.name: offer.spec.summary for offer in offers}
    with suppress(Exception):  # those of the plugins are there all the same
        flavors |= _from_store(
            ctx, FLAVOR, about="summary", component_type=component_type
        )
    return _matching(flavors, incomplete)


def complete_store_type(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete the name of a store driver."""
    del param
    offers = _app(ctx).catalog.store_drivers()
    return _matching({o.spec.name: o.spec.summary for o in offers}, incomplete)


def complete_plugin(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete the name of a plugin."""
    del param
    plugins = _app(ctx).catalog.plugins
    names = {each.owner.plugin: str(each.owner) for each in plugins}
    return _matching(names, incomplete)


def complete_offer(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete what plugins offer, of the `kind` that is asked for."""
    catalog = _app(ctx).catalog
    kind = ctx.params.get("kind")
    if kind == "store":
        return complete_store_type(ctx, param, incomplete)
    if kind == "flavor":
        specs = [offer.spec for offer in catalog.flavors()]
        return _matching({f"{s.type}/{s.name}": s.summary for s in specs}, incomplete)
    commands = {offer.spec.name: offer.spec.summary for offer in catalog.commands()}
    return _matching(commands, incomplete)


def _matching(names: Names, incomplete: str) -> list[CompletionItem[str]]:
    # Loaded by those who complete only.
    from click.shell_completion import CompletionItem

    begin = incomplete.lower()  # as names are compared
    return [
        CompletionItem(name, help=printable(about) or None)
        for name, about in sorted(names.items())
        if name.lower().startswith(begin) and name.isprintable()
    ]


def _app(ctx: click.Context) -> App:
    return ctx.find_root().ensure_object(App)


def _type_of(ctx: click.Context) -> str:
    spec = ctx.find_object(ComponentTypeSpec)
    return spec.name if spec else ""


def _from_store(
    ctx: click.Context, kind: str, *, about: str = "", component_type: str = ""
) -> Names:
    """Return the names of the active profile's records, which isn't changed.

    Args:
        ctx: The command that is typed.
        kind: The kind of record.
        about: What else to return of each.
        component_type: The type that they must be of, if they have one.
    """
    # Loads YAML, which only those need who complete the name of something kept.
    from zen.config import Activation, Profiles

    app = _app(ctx)
    profiles = Profiles(app.catalog, _say_nothing, file=app.configuration)
    activation = Activation(profiles, None, _say_nothing)
    activation.recall_legacy()
    profile = activation.context.profile
    read = profiles.payloads
    if profile.store_type != "local":
        read = partial(_read_with_patience, profiles)
    return {
        str(payload["name"]): str(payload.get(about, ""))
        for payload in read(profile, kind)
        if payload.get("type", "") == component_type and "name" in payload
    }


def _read_with_patience(
    profiles: Profiles, profile: ProfileConfiguration, kind: str
) -> Payloads:
    """Read, or give up, as where a server can't be reached."""
    # Files are there or aren't; only servers need it.
    from zen.waiting import wait_at_most

    return wait_at_most(_PATIENCE, lambda: profiles.payloads(profile, kind))


def _say_nothing(text: str) -> None:
    """Keep a notice to oneself, for it would stand in the line that is typed."""
