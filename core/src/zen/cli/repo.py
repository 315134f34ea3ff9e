"""`zen repo`: the repository that the user is in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zen.cli.app import App, pass_app
from zen.cli.group import Group
from zen.cli.options import output_option, yes_option
from zen.cli.output import echo, print_rows
from zen.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen.config.trust import Binding, Trust

__all__ = ["repo"]

_HEADERS = {key: key.upper() for key in ("active", "path", "trusted", "flavors")}
_WORDS = {
    "command": "yes",
    "environment": "yes: ZEN_TRUSTED_REPOSITORIES names it",
    "process": "yes: it holds the program that runs",
}


@click.group(cls=Group)
def repo() -> None:
    """Manage the repository you are in.

    For example: zen repo clean
    """


@repo.command("clean")
@yes_option
@pass_app
def clean_repository(app: App, *, yes: bool) -> None:
    """Remove the repository's configuration.

    The folder is no repository any more; profiles, stacks and artifacts stay.

    For example: zen repo clean
    """
    repository = app.announce(tolerant=True)
    folder = repository.required_root / ".zen"
    repository.check_clean()
    app.confirm(
        f"This will remove the configuration of the Zen repository at '{folder}'."
        " Profiles, stacks and artifacts stay.",
        yes=yes,
    )
    left = repository.clean()
    echo(f"Removed the configuration of the Zen repository at '{folder}'.")
    if left:
        names = ", ".join(f"'{path.name}'" for path in left)
        echo(
            f"The folder was kept because it holds other files: {names}."
            " As long as it is there, it makes the folder above it a repository."
        )


@repo.command("trust")
@click.argument(
    "path",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@pass_app
def trust_repository(app: App, path: Path) -> None:
    """Trust the code and data of a repository.

    Until then, its custom flavors aren't imported on this host, and nothing is resolved
    or connected to that stacks name which came with it. The custom flavors of its
    profile whose files are in it are bound to it.

    For example: zen repo trust
    """
    root = app.trust(path).required_root
    echo(f"Trusted the repository at '{root}'.")
    for flavor in _ordered(_trust().roots()[root]):
        echo(
            f"Flavor '{flavor.name}' of type {flavor.type.replace('_', ' ')} is"
            " imported from there:"
            f" {flavor.source}."
        )


@repo.command("distrust")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@pass_app
def distrust_repository(app: App, path: Path) -> None:
    """Trust a repository no more.

    Its code isn't imported any more. The repository may be gone.

    For example: zen repo distrust
    """
    del app  # no profile is needed for it
    # Loads YAML, which the program's help doesn't need.
    from zen.config import RepositoryFolder

    folder = RepositoryFolder.locate(path) if path.is_dir() else None
    root = folder.root if folder else path.absolute()
    trust = _trust()
    if not trust.remove(root):
        raise ConfigurationError(
            f"The repository at '{root}' isn't trusted.",
            hint="See 'zen repo list'.",
        )
    echo(f"The repository at '{root}' is no longer trusted.")
    if folder and (by := trust.of(root).by):
        echo(f"It is still trusted in this session: {_WORDS[by].partition(' ')[2]}.")


@repo.command("list")
@output_option
@pass_app
def list_repositories(app: App, output: str) -> None:
    """List the repositories that are trusted.

    The one that you are in is there, too, whether it is trusted or not.

    For example: zen repo list
    """
    del app  # no profile is needed for it
    from zen.config import RepositoryFolder  # as above

    trust, here = _trust(), RepositoryFolder.locate()
    bound = trust.roots()
    rows: list[dict[str, object]] = []
    for root in sorted({*bound, *([here.root] if here else [])}):
        verdict = trust.of(root)
        flavors = _ordered(bound.get(root, ()))
        row = {"active": here is not None and here.root == root, "path": str(root)}
        if output == "table":
            row["trusted"] = _WORDS.get(verdict.by, f"no: {verdict.reason}")
            row["flavors"] = [f"{each.type} '{each.name}'" for each in flavors]
        else:
            row |= {
                "trusted": verdict.is_trusted,
                "by": verdict.by or None,
                "reason": verdict.reason or None,
                "flavors": [
                    {"type": each.type, "name": each.name, "source": each.source}
                    for each in flavors
                ],
            }
        rows.append(row)
    empty = (
        "No repository is trusted. To trust one, go there and type 'zen repo trust'."
    )
    print_rows(rows, output, headers=_HEADERS, wrapped=_HEADERS, empty=empty)


def _trust() -> Trust:
    # Loads YAML, which the program's help doesn't need.
    from zen.config.trust import Trust

    return Trust()


def _ordered(flavors: Iterable[Binding]) -> list[Binding]:
    return sorted(flavors)
