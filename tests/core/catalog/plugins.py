"""What the tests of the catalog ask of single plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen.catalog import Catalog

if TYPE_CHECKING:
    from zen.catalog import Owner, Plugin
    from zen.errors import PluginError

__all__ = ["MAIL", "error_of", "plugin_of"]

MAIL = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "mail", "{package}.parts:Mail", "Sends mail.")]
"""


def plugin_of(owner: Owner, catalog: Catalog | None = None) -> Plugin:
    """Return the plugin of an owner."""
    (found,) = [p for p in (catalog or Catalog()).plugins if p.owner == owner]
    return found


def error_of(owner: Owner) -> PluginError:
    """Return why an owner's plugin can't be used."""
    error = plugin_of(owner).error
    assert error is not None
    return error
