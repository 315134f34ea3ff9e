"""`zen stack lock` and `zen stack sync`: what a stack needs to be installed."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Final

import click

from zen.cli.app import App, notify, pass_app
from zen.cli.options import output_option, yes_option
from zen.cli.output import echo, print_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen.carrying import Sources

__all__ = ["lock_stack", "sync_stack"]

_HEADERS: Final = {
    "name": "DISTRIBUTION",
    "wanted": "WANTED",
    "installed": "INSTALLED",
    "problem": "PROBLEM",
    "detail": "DETAIL",
}


def _sources_options(command: Callable[..., None]) -> Callable[..., None]:
    """Have a command take where archives may come from, as `sources`."""

    @click.option(
        "--find-links",
        metavar="DIR",
        multiple=True,
        help="Also look for archives there; may be given several times.",
    )
    @click.option("--no-index", is_flag=True, help="Look only in --find-links.")
    @wraps(command)
    def call(
        *args: object, find_links: tuple[str, ...], no_index: bool, **options: object
    ) -> None:
        # Loads pydantic, which listing stacks doesn't need.
        from zen.carrying import Sources

        sources = Sources(find_links, index=not no_index)
        command(*args, sources=sources, **options)

    return call


@click.command("lock")
@yes_option
@_sources_options
@pass_app
def lock_stack(app: App, sources: Sources, *, yes: bool) -> None:
    """Pin what the active stack needs.

    The file 'zen.lock' in the repository's root has the distributions.

    That is Zen itself, the distributions of the stack's flavors, of the profile's
    store type and of 'zen run', and all that these need: to the versions that are
    installed, and to the hashes of their archives, which pip or uv finds. The lock is
    for this version of Python on this platform; what it says of others stays.

    For example: zen stack lock --find-links ./wheels
    """
    repository = app.announce()
    environment = repository.environment
    if root := repository.distrusted_root:
        names = ", ".join(need.requirement for need in environment.needs)
        text = f"The repository {root} isn't trusted. Zen will look for what it names:"
        app.confirm(f"{text} {names}.", yes=yes)
    app.progress("Looking for the archives to pin...")
    lock = environment.lock(sources)
    number, path = len(lock.here.packages), environment.path
    echo(f"Pinned {number} distributions for {lock.here.title} in '{path}'.")


@click.command("sync")
@click.option(
    "--check",
    is_flag=True,
    help="Show the differences, and exit with 1 if there are any.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be installed.")
@yes_option
@_sources_options
@output_option
@pass_app
def sync_stack(
    app: App, /, sources: Sources, output: str, *, yes: bool, **modes: bool
) -> None:
    """Install what the active stack needs.

    In a repository with a 'zen.lock', that is exactly what 'zen stack lock' has
    pinned. Otherwise it is what offers the stack's flavors, and is missing. In a
    repository that isn't trusted, it is shown, and then asked for.

    \b
    For example:
      zen stack sync --check
      zen stack sync --find-links ./wheels
    """
    check, dry_run = modes["check"], modes["dry_run"]
    if check and dry_run:
        raise click.UsageError("'--check' and '--dry-run' can't be used together.")
    repository = app.announce()
    environment = repository.environment
    if environment.path and environment.lock_file is None:
        notify("There is no 'zen.lock' here; run 'zen stack lock' to create one.")
    found = environment.shortfalls()
    rows = [each._asdict() for each in found]
    needs = f"stack '{environment.stack}' needs"
    empty = f"Everything that {needs} is installed."
    if environment.gaps:
        empty = f"Everything that {needs} and that can be installed is installed."
    wrapped = ("problem", "detail")
    print_rows(rows, output, headers=_HEADERS, wrapped=wrapped, empty=empty)
    if found and not (check or dry_run):
        if root := repository.distrusted_root:
            text = f"The repository {root} isn't trusted. This will install the above."
            app.confirm(text, yes=yes)
        environment.check_installable(found)
        notify(f"Installing {len(found)} distribution{'s' * (len(found) > 1)}...")
        environment.sync(sources)
        if output == "table":
            text = f"Successfully installed what stack '{environment.stack}' needs."
            echo(text)
    for gap in environment.gaps:
        echo(gap.in_full, err=True)
    if environment.gaps or (check and found):
        raise click.exceptions.Exit(1)
