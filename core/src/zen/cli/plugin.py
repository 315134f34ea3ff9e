"""`zen plugin`: what is installed."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from zen.catalog import UNKNOWN, Catalog, PluginState, find_claims, find_owner
from zen.cli.app import App, notify, pass_app, warn
from zen.cli.completers import complete_plugin
from zen.cli.group import Group
from zen.cli.options import output_option
from zen.cli.output import echo, print_object, print_rows
from zen.errors import ConfigurationError, PluginNotFoundError, ZenError
from zen.plugin import CommandSpec, ComponentTypeSpec, FlavorSpec, StoreDriverSpec

if TYPE_CHECKING:
    from zen.catalog import Owner, Plugin
    from zen.scaffold import Kind

__all__ = ["plugin"]

_SORTS: Final[dict[type, str]] = {
    FlavorSpec: "flavors",
    StoreDriverSpec: "store_drivers",
    ComponentTypeSpec: "component_types",
    CommandSpec: "commands",
}
# What zen.scaffold can draft; the other commands don't load it.
_KINDS: Final[tuple[Kind, ...]] = (
    "flavor",
    "store",
    "command",
    "component-type",
    "orchestrator",
)
_KINDS_WITH_TYPE: Final = ("flavor", "component-type")


@click.group(cls=Group)
def plugin() -> None:
    """See the installed plugins.

    For example: zen plugin list
    """


@plugin.command("list")
@output_option
@pass_app
def list_plugins(app: App, output: str) -> None:
    """List the plugins and what each provides.

    For example: zen plugin list
    """
    rows: list[dict[str, object]] = [
        {
            "name": each.owner.plugin,
            "distribution": each.owner.distribution,
            "version": each.owner.version,
            "state": each.state.value,
            "provides": _provides(app, each),
            "error": str(each.error) if each.error else None,
        }
        for each in app.catalog.plugins
    ]
    if output == "table":
        rows = [
            {**row, "provides": _summary(_provides(app, each))}
            for row, each in zip(rows, app.catalog.plugins, strict=True)
        ]
    headers = {
        key: key.upper()
        for key in ("name", "distribution", "version", "state", "provides")
    }
    print_rows(rows, output, headers=headers, empty="No plugins installed.")
    app.report_troubled_plugins()
    for each in app.catalog.plugins:
        for breakage in each.broken.values():
            warn(breakage.error)


@plugin.command("describe")
@click.argument("name", shell_complete=complete_plugin)
@output_option
@pass_app
def describe_plugin(app: App, name: str, output: str) -> None:
    """Show a plugin and all that it provides.

    Where it isn't loaded, the reason is shown.

    For example: zen plugin describe local
    """
    each = app.catalog.plugin(name)
    content: dict[str, object] = {
        "name": each.owner.plugin,
        "distribution": each.owner.distribution,
        "version": each.owner.version,
        "module": each.module,
        "state": each.state.value,
        **_provides(app, each),
    }
    if each.error:
        content |= {"error": str(each.error), "remedy": each.error.hint}
    if each.broken:
        content["broken"] = [str(breakage.error) for breakage in each.broken.values()]
    print_object(content, output, title=f"Plugin '{each.owner.plugin}'")


@plugin.command("disable")
@click.argument("name", shell_complete=complete_plugin)
@pass_app
def disable_plugin(app: App, name: str) -> None:
    """Keep an installed plugin from being used.

    For example: zen plugin disable local
    """
    owner, shared = _owner_of(name)
    app.plugin_settings.disable(owner.distribution if shared else owner.plugin)
    # A distribution that was named may call its plugin otherwise.
    origin = "" if name == owner.plugin else f" of {owner}"
    echo(f"Plugin '{owner.plugin}'{origin} is disabled.")
    _warn_of_override(app, owner, wanted=False)


@plugin.command("enable")
@click.argument("name", shell_complete=complete_plugin)
@pass_app
def enable_plugin(app: App, name: str) -> None:
    """Let a plugin that was disabled be used again.

    For example: zen plugin enable local
    """
    try:
        owner, _ = _owner_of(name)
    except PluginNotFoundError:
        if not app.plugin_settings.forget(name):
            raise
        echo(f"Plugin '{name}', which isn't installed, is no longer disabled.")
        return
    app.plugin_settings.enable(owner)
    echo(f"Plugin '{owner.plugin}' is enabled.")
    _warn_of_override(app, owner, wanted=True)


@plugin.command("doctor")
@output_option
@pass_app
def examine_plugins(app: App, output: str) -> None:
    """Examine the plugins, and report all faults.

    Each is imported in a process of its own, and so is all that it offers. The exit
    code is 1 if anything is wrong.

    For example: zen plugin doctor
    """
    # Loads all that components need, which the other commands don't.
    from zen.doctor import Diagnosis, examine, find_clashes, find_duplicates

    failures = _failures(app)
    diagnoses = []
    for claim in app.claims_to_use():
        owner = claim.owner
        notify(f"Examining '{owner.plugin}' of {owner}...")
        error = failures.get(owner)
        diagnoses.append(Diagnosis(owner, 0.0, (error,)) if error else examine(claim))
    faults = {each.owner: list(each.faults) for each in diagnoses}
    duplicates, notices = find_duplicates(faults)
    together = [*find_clashes(diagnoses, app.plugin_policy()), *duplicates]
    told = [f"{o.plugin}: {fault}" for o, found in faults.items() for fault in found]
    told += [*_faults_of_policy(app), *(clash.text for clash in together)]
    for clash in together:
        for owner in clash.owners:
            faults.setdefault(owner, []).append(clash.text)
    rows: list[dict[str, object]] = [
        {
            "name": each.owner.plugin,
            "distribution": each.owner.distribution,
            "version": each.owner.version,
            "seconds": round(each.seconds, 3),
            "faults": len(found) if output == "table" else found,
        }
        for each in diagnoses
        for found in [faults[each.owner]]
    ]
    headers = {key: key.upper() for key in (rows[0] if rows else ())}
    print_rows(rows, output, headers=headers, empty=_absence(app))
    for notice in notices:
        notify(notice)
    for text in told:
        echo(text, err=True)
    if told:
        raise click.exceptions.Exit(1)


@plugin.command("freeze")
def freeze_plugins() -> None:
    """Print the plugins as requirements.

    An installer takes them: each is a distribution with its version.

    For example: zen plugin freeze > plugins.txt
    """
    owners = {claim.owner for claim in find_claims()}
    for owner in sorted(owners, key=lambda owner: owner.distribution):
        if owner.version == UNKNOWN:
            text = f"{owner.distribution} is left out: its version can't be read."
            echo(f"Warning: {text}", err=True)
    known = {str(o).replace(" ", "==") for o in owners if o.version != UNKNOWN}
    for line in sorted(known):
        echo(line)


@plugin.command("new")
@click.argument("name")
@click.option(
    "--kind", type=click.Choice(_KINDS), required=True, help="The kind of plugin."
)
@click.option(
    "--type",
    "component_type",
    metavar="TYPE",
    help="The flavor's component type (artifact_store by default), or the name of the"
    " new component type.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    help="The folder to create; NAME in the working directory by default.",
)
@pass_app
def new_plugin(
    app: App, name: str, kind: Kind, component_type: str | None, folder: Path | None
) -> None:
    """Write the first files of a new plugin.

    It works as it is, and its tests pass: a module that announces the plugin, one
    that does something simple, tests, and what is needed to install and check it.

    \b
    For example:
      zen plugin new acme-s3 --kind flavor --type artifact_store
      zen plugin new acme-report --kind command
    """
    if component_type and kind not in _KINDS_WITH_TYPE:
        raise click.UsageError(f"'--kind {kind}' takes no '--type'.")
    # Only this command needs it.
    from zen.scaffold import draft

    plan = draft(name, kind, component_type or "", catalog=app.catalog)
    target = folder or Path(name)
    plan.write(target)
    echo(f"A new plugin is in {target}:")
    for file in plan.files:
        echo(f"  {file}")
    echo()
    echo("Test it, and try it:")
    steps = (f"cd {shlex.quote(str(target))}", "pip install -e '.[test]'", "pytest")
    for step in (*steps, *plan.attempts):
        echo(f"  {step}")


def _owner_of(name: str) -> tuple[Owner, bool]:
    """Return a plugin's owner, and whether another one has a plugin of that name.

    No plugin is imported, for it may be broken.
    """
    owners = [claim.owner for claim in find_claims()]
    owner = find_owner(name, owners)
    rivals = [each for each in owners if each.plugin == owner.plugin]
    named = [each for each in rivals if each.distribution == name]
    if named:
        return named[0], len(rivals) > 1
    if len(rivals) > 1 and name == owner.plugin:
        names = " and ".join(map(str, rivals))
        raise ConfigurationError(
            f"{names} both call their plugin '{name}'.",
            hint=f"Name the distribution, as in '{rivals[0].distribution}'.",
        )
    return owner, len(rivals) > 1


def _warn_of_override(app: App, owner: Owner, *, wanted: bool) -> None:
    """Say so where the environment decides otherwise than the configuration does."""
    policy = app.plugin_policy()
    if policy.admits(owner) is not wanted:
        echo(f"Warning: {policy.source} says otherwise.", err=True)


def _failures(app: App) -> dict[Owner, str]:
    """Ask all plugins what they offer, and return why those fail that do."""
    # What was wrong may have been repaired where the index doesn't look.
    app.index.forget()
    policy = replace(app.plugin_policy(), strict=False)
    catalog = Catalog(app.index.find, app.index.ask_all, policy=lambda: policy)
    return {
        each.owner: each.error.in_full
        for each in catalog.troubled_plugins
        if each.state is PluginState.FAILED and each.error
    }


def _absence(app: App) -> str:
    """Say why there is nothing to examine."""
    if not find_claims():
        return "No plugins installed."
    return f"No plugin is in use: all are disabled by {app.plugin_policy().source}."


def _faults_of_policy(app: App) -> list[str]:
    """Return what is wrong with what is said about plugins."""
    owners = [claim.owner for claim in find_claims()]
    try:
        if app.plugins:
            app.plugin_settings.policy().check(owners)
    except ZenError as error:
        return [error.in_full]
    return []


def _provides(app: App, each: Plugin) -> dict[str, list[str]]:
    """Return the names of what a plugin offers, by sort."""
    provides: dict[str, list[str]] = {}
    for spec in app.catalog.offers_of(each.owner):
        if sort := _SORTS.get(type(spec)):
            kind = f"{spec.type}/" if isinstance(spec, FlavorSpec) else ""
            provides.setdefault(sort, []).append(f"{kind}{getattr(spec, 'name', '')}")
    return provides


def _summary(provides: dict[str, list[str]]) -> str:
    """Count what a plugin offers: `2 flavors, 1 command`."""
    return ", ".join(
        f"{len(names)} {sort.replace('_', ' ')[: None if len(names) > 1 else -1]}"
        for sort, names in provides.items()
    )
