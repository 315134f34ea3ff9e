"""`zen profile`: where stacks and components are kept."""

from __future__ import annotations

from typing import Final

import click

from zen.cli.app import App, notify, pass_app
from zen.cli.completers import complete_profile, complete_store_type
from zen.cli.group import Group
from zen.cli.history import diff, log, prune, restore
from zen.cli.options import global_option, output_option, yes_option
from zen.cli.output import echo, print_name, print_object, print_rows
from zen.errors import ConfigurationError

__all__ = ["profile"]

_HEADERS = {
    "active": "ACTIVE",
    "name": "PROFILE NAME",
    "store_type": "STORE TYPE",
    "url": "URL",
    "active_stack": "ACTIVE STACK",
}

_store_type_option: Final = click.option(
    "--store-type",
    "-t",
    help="The store driver that keeps the profile; see 'zen plugin list'. By default"
    " the value of ZEN_DEFAULT_STORE_TYPE, or else local.",
    shell_complete=complete_store_type,
)
_url_option: Final = click.option(
    "--url", "-u", help="Where to keep it; in the configuration folder by default."
)


@click.group(cls=Group)
def profile() -> None:
    """Manage profiles.

    For example: zen profile list
    """


for _command in (log, diff, restore, prune):
    profile.add_command(_command)


@profile.command("list")
@output_option
@pass_app
def list_profiles(app: App, output: str) -> None:
    """List the profiles, and mark the active one.

    For example: zen profile list
    """
    repository = app.announce(tolerant=True)
    active, active_stack = None, None
    try:
        active = repository.active_profile_name
        choice = repository.active_stack_choice
        active_stack = choice.name if choice else None
    except ConfigurationError:
        pass  # announce has said why none is active
    rows = [
        {
            "active": name == active,
            "name": name,
            "store_type": each.store_type,
            "url": repository.displayed_url(each),
            "active_stack": active_stack if name == active else each.active_stack,
        }
        for name, each in repository.profiles.items()
    ]
    print_rows(rows, output, headers=_HEADERS)


@profile.command("create")
@click.argument("name")
@_store_type_option
@_url_option
@click.option(
    "--user",
    default="default",
    help="The name under which its changes are logged; your login name by default.",
)
@pass_app
def create_profile(
    app: App, name: str, store_type: str | None, url: str | None, user: str
) -> None:
    """Create a profile.

    It gets a default stack, unless its store holds one already.

    \b
    For example:
      zen profile create team --url ./.zenprofile
      zen profile create team -t sql --url sqlite:////srv/zen/team.db

    For a profile whose folder was moved, it says where that is now.
    """
    with app.announced() as repository:
        done = "updated" if name in repository.profiles else "created"
        repository.create_profile(name, store_type, url, user=user)
    echo(f"Profile '{name}' successfully {done}.")


@profile.command("set")
@click.argument("name", shell_complete=complete_profile)
@global_option
@pass_app
def set_profile(app: App, name: str, *, globally: bool) -> None:
    """Make a profile the active one.

    For example: zen profile set team
    """
    with app.announced() as repository:
        repository.activate_profile(name, globally=globally)
    scope = "global " if globally else ""
    echo(f"Active {scope}profile changed to: '{name}'")


@profile.command("get")
@output_option
@pass_app
def get_profile(app: App, output: str) -> None:
    """Show the name of the active profile.

    For example: zen profile get
    """
    name = app.repository.active_profile_name
    print_name(name, output, sentence=f"Active profile is: '{name}'")


@profile.command("describe")
@click.argument("name", required=False, shell_complete=complete_profile)
@output_option
@pass_app
def describe_profile(app: App, name: str | None, output: str) -> None:
    """Show where a profile is, and its stack.

    For example: zen profile describe team
    """
    repository = app.announce(tolerant=name is not None)
    described = (
        repository.active_profile if name is None else repository.get_profile(name)
    )
    is_active, active_stack = False, described.active_stack
    try:
        is_active = described.name == repository.active_profile_name
        if is_active and (choice := repository.active_stack_choice):
            active_stack = choice.name
    except ConfigurationError as error:
        echo(f"Warning: {error}", err=True)
    print_object(
        {
            "name": described.name,
            "store_url": repository.displayed_url(described),
            "store_type": described.store_type,
            "active_stack": active_stack,
            "active_user": described.active_user,
        },
        output,
        title=f"'{described.name}' Profile Configuration"
        f"{' (ACTIVE)' if is_active else ''}",
    )


@profile.command("delete")
@click.argument("name", shell_complete=complete_profile)
@yes_option
@pass_app
def delete_profile(app: App, name: str, *, yes: bool) -> None:
    """Delete a profile. Data at a URL of your own choice is left where it is.

    For example: zen profile delete team
    """
    repository = app.announce(tolerant=True)
    shown = repository.check_profile_deletion(name)
    text = f"This will delete profile '{name}'"
    if shown.store_url is None:
        text += " with its stacks, its components and its history."
    else:
        text += f". Its data stays at {repository.displayed_url(shown)}."
    app.confirm(text, yes=yes)
    left = repository.delete_profile(name, shown=shown)
    echo(f"Deleted profile '{name}'.")
    if left:
        notify(f"Its data stays at {left}; a new profile with that URL uses it again.")


@profile.command("copy")
@click.argument("source_name", metavar="SRC", shell_complete=complete_profile)
@click.argument("target_name", metavar="DST")
@_store_type_option
@_url_option
@pass_app
def copy_profile(
    app: App,
    source_name: str,
    target_name: str,
    store_type: str | None,
    url: str | None,
) -> None:
    """Copy a profile to a new one.

    The history stays behind. Where there is anything already, nothing is written.

    For example: zen profile copy default team -t sql
    """
    repository = app.announce(tolerant=True)
    app.progress(f"Copying profile '{source_name}' to '{target_name}'...")
    copied = repository.copy_profile(source_name, target_name, store_type, url)
    echo(f"Copied {_counted(copied)} from profile '{source_name}' to '{target_name}'.")


@profile.command("upgrade")
@click.argument("name", required=False, shell_complete=complete_profile)
@pass_app
def upgrade_profile(app: App, name: str | None) -> None:
    """Upgrade a store of an older version of Zen.

    For example: zen profile upgrade team
    """
    repository = app.announce(tolerant=name is not None)
    app.progress("Upgrading the profile's store...")
    done = repository.upgrade_profile(name)
    upgraded = name or repository.active_profile_name
    echo(done or f"Profile '{upgraded}' needs no upgrade.")


def _counted(kinds: dict[str, int]) -> str:
    texts = [
        f"{count} {kind.replace('_', ' ')}{'s' if count > 1 else ''}"
        for kind, count in kinds.items()
    ]
    *others, last = texts or ["nothing"]
    return f"{', '.join(others)} and {last}" if others else last
