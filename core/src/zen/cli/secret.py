"""`zen secret`: what the active stack's secrets manager keeps."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zen.cli.app import App, pass_app
from zen.cli.attributes import read_attributes
from zen.cli.group import Group
from zen.cli.options import output_option, yes_option
from zen.cli.output import echo, print_object, print_rows
from zen.references import MASK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen.records import ComponentRecord

__all__ = ["secret"]

_FREE = {"ignore_unknown_options": True}


@click.group(cls=Group)
def secret() -> None:
    """Manage the active stack's secrets.

    Its secrets manager keeps them.

    For example: zen secret list
    """


@secret.command("register", context_settings=_FREE)
@click.argument("name")
@click.argument("values", nargs=-1, type=click.UNPROCESSED)
@pass_app
def register_secret(app: App, name: str, values: Sequence[str]) -> None:
    """Register a secret: keys, each with a value.

    What stands on a command line may be seen by others and is remembered by the shell.
    --KEY=@FILE takes the content of a file, and --KEY=- is asked for.

    \b
    For example:
      zen secret register db --user=ana --password=-
      zen secret register ca --pem=@ca.pem
    """
    if not values:
        raise click.UsageError("No value is given, as in '--KEY=VALUE'.")
    texts = read_attributes(values, ask=_ask)
    app.announce().secrets.register(name, texts)
    echo(f"Successfully registered secret `{name}`.")


@secret.command("list")
@output_option
@pass_app
def list_secrets(app: App, output: str) -> None:
    """List the names of the secrets.

    For example: zen secret list
    """
    rows = [{"name": name} for name in app.announce().secrets.names()]
    print_rows(rows, output, headers={"name": "NAME"}, empty="No secrets registered.")


@secret.command("get")
@click.argument("name")
@click.option("--reveal", is_flag=True, help="Show the values as well as the keys.")
@output_option
@pass_app
def get_secret(app: App, name: str, output: str, *, reveal: bool) -> None:
    """Show the keys of a secret.

    For example: zen secret get db --reveal
    """
    values = app.announce().secrets.get(name)
    shown = {key: values[key] if reveal else MASK for key in sorted(values)}
    if output == "table":
        print_object(shown, output, title=f"Secret '{name}'", label=str)
    else:
        print_object({"name": name, "values": shown}, output, title="")


@secret.command("update", context_settings=_FREE)
@click.argument("name")
@click.option("--remove", multiple=True, metavar="KEY", help="Remove a key.")
@click.option("--replace", is_flag=True, help="Remove all other values.")
@click.argument("values", nargs=-1, type=click.UNPROCESSED)
@pass_app
def update_secret(
    app: App,
    name: str,
    values: Sequence[str],
    remove: tuple[str, ...],
    *,
    replace: bool,
) -> None:
    """Change some values of a secret.

    A secret that can't be decrypted any more gets new values with --replace.

    For example: zen secret update db --password=-
    """
    if not values and not remove:
        raise click.UsageError("No value is given, as in '--KEY=VALUE'.")
    if replace and remove:
        raise click.UsageError(
            "'--replace' removes all other keys, so it can't be used with '--remove'."
        )
    texts = read_attributes(values, ask=_ask)
    repository = app.announce()
    secrets = repository.secrets
    secrets.update(name, texts, removed=remove, replace=replace)
    echo(f"Secret with name `{name}` has been updated.")
    missing = {
        key
        for record in repository.secret_users(name)
        for secret, key in record.secret_keys
        if secret == name and (key in remove or (replace and key not in texts))
    }
    for key in sorted(missing):
        users = _listed(repository.secret_users(name, [key]))
        echo(
            f"Warning: {users} key '{key}' of secret '{name}', which is gone.", err=True
        )


@secret.command("delete")
@click.argument("name")
@yes_option
@pass_app
def delete_secret(app: App, name: str, *, yes: bool) -> None:
    """Delete a secret.

    For example: zen secret delete db
    """
    repository = app.announce()
    secrets = repository.secrets
    shown = secrets.look_at(name)
    users = repository.secret_users(name)
    question = f"This will delete secret '{name}' with all its values."
    app.confirm(f"{question} {_listed(users)} it." if users else question, yes=yes)
    secrets.delete(name, shown=shown)
    echo(f"Deleted secret: {name}")
    if users and yes:
        echo(f"Warning: {_listed(users)} secret '{name}', which is gone.", err=True)


@secret.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--name", "-n", "names", multiple=True, help="Only export this secret.")
@pass_app
def export_secrets(app: App, file: Path, names: tuple[str, ...]) -> None:
    """Write secrets to a file, in clear.

    'zen secret import' reads it.

    The file is for its owner alone, and must not be there yet.

    For example: zen secret export secrets.yaml
    """
    if str(file) == "-":
        raise click.UsageError("Secrets can only be exported to a file.")
    secrets = app.announce().secrets
    if not names and str(file) in secrets.names():
        raise click.UsageError(
            f"'{file}' is a secret. For that one, type 'zen secret export FILE --name"
            f" {file}'; for all of them, call the file something else."
        )
    count = secrets.export(file, names)
    echo(
        f"Exported {count} secrets to '{file}'. Anyone who has the file can read them."
    )


@secret.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--update", is_flag=True, help="Change those that already exist.")
@pass_app
def import_secrets(app: App, file: Path, *, update: bool) -> None:
    """Register the secrets in a file, all or none.

    It is written as 'zen secret export' does: names, each with keys and values.

    For example: zen secret import secrets.yaml
    """
    count = app.announce().secrets.import_file(file, update=update)
    echo(f"Imported {count} secrets from '{file}'.")


def _listed(users: Sequence[ComponentRecord]) -> str:
    """Return the beginning of a sentence about those who refer to something."""
    names = " and ".join(
        f"{record.type.replace('_', ' ')} '{record.name}'" for record in users
    )
    return f"{names} {'refers' if len(users) == 1 else 'refer'} to"


def _ask(key: str) -> str:
    """Ask for a value, unseen on a terminal."""
    if sys.stdin is not None and sys.stdin.isatty():
        return str(click.prompt(key, hide_input=True, err=True))
    line = "" if sys.stdin is None else sys.stdin.readline()
    if not line:
        raise click.UsageError(f"The input ends before a value for '{key}'.")
    return line.rstrip("\n")
