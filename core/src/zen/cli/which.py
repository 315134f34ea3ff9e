"""`zen which`: whose something is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from zen.cli.app import App, pass_app
from zen.cli.completers import complete_offer
from zen.cli.options import output_option
from zen.cli.output import print_rows
from zen.errors import FlavorNotFoundError, NotFoundError, StoreDriverNotFoundError
from zen.printable import Lines

if TYPE_CHECKING:
    from zen.catalog import Catalog, Owner

__all__ = ["which"]

_HEADERS = {key: key.upper() for key in ("name", "plugin", "distribution", "version")}


@click.command()
@click.argument("kind", type=click.Choice(["flavor", "store", "command"]))
@click.argument("name", shell_complete=complete_offer)
@output_option
@pass_app
def which(app: App, kind: str, name: str, output: str) -> None:
    """Show which plugin something comes from.

    It may be a flavor, a store type or a command.

    A flavor is called by its name, or by type and name to tell it from others.

    \b
    For example:
      zen which flavor artifact_store/local
      zen which command run
    """
    found = _FINDERS[kind](app.catalog, name)
    rows = [
        {
            "name": full_name,
            "plugin": owner.plugin,
            "distribution": owner.distribution,
            "version": owner.version,
        }
        for full_name, owner in found
    ]
    print_rows(rows, output, headers=_HEADERS)


def _flavors(catalog: Catalog, name: str) -> list[tuple[str, Owner]]:
    offers = {
        (f"{offer.spec.type}/{offer.spec.name}", offer.owner)
        for offer in catalog.flavors()
    }
    found = [o for o in sorted(offers) if name in {o[0], o[0].rpartition("/")[2]}]
    if found:
        return found
    names = {full_name for full_name, _ in offers}
    raise FlavorNotFoundError(name, names, hint=_hint(catalog, "zen flavor list"))


def _stores(catalog: Catalog, name: str) -> list[tuple[str, Owner]]:
    offers = [(offer.spec.name, offer.owner) for offer in catalog.store_drivers()]
    found = [offer for offer in offers if offer[0] == name]
    if found:
        return found
    names = {name for name, _ in offers}
    hint = _hint(catalog, "zen plugin list")
    raise StoreDriverNotFoundError(name, names, hint=hint)


def _commands(catalog: Catalog, name: str) -> list[tuple[str, Owner]]:
    offers = catalog.command_owners()
    found = [offer for offer in offers if offer[0] == name]
    if found:
        return found
    names = {name for name, _ in offers}
    raise _CommandNotFoundError(name, names, hint=_hint(catalog, "zen --help"))


def _hint(catalog: Catalog, command: str) -> str:
    """Say what may be the reason; raise it if it is what was said about plugins."""
    catalog.check_policy()
    return Lines.of(f"See '{command}'.", catalog.absences)


class _CommandNotFoundError(NotFoundError):
    kind = "command"


_FINDERS = {"flavor": _flavors, "store": _stores, "command": _commands}
