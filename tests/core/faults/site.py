"""An installation: two healthy plugins, and room for one that is broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from zen.testing import FakeDistribution

__all__ = ["GUST", "HORN", "HORN_FLAVOR", "OFFER", "SWEEP", "WIND", "Site"]

OFFER: Final = "@hookimpl\ndef {hook}():\n    return [{spec}]\n"
# What the plugin that is broken offers, where it offers anything.
HORN_FLAVOR: Final = OFFER.format(
    hook="zen_flavors", spec="FlavorSpec('alerter', 'horn', 'broken.parts:Horn')"
)
SWEEP: Final = OFFER.format(
    hook="zen_commands", spec="CommandSpec('sweep', '{name}.parts:sweep', 'Sweep.')"
)
GUST: Final = OFFER.format(
    hook="zen_store_drivers", spec="StoreDriverSpec('gust', 'broken.parts:Gust')"
)
WIND: Final = OFFER.format(
    hook="zen_component_types",
    spec="ComponentTypeSpec('wind', 'winds', 'broken.parts:Wind', 'wi')",
)
HORN: Final = """\
from zen import BaseAlerter

class Horn(BaseAlerter):
    FLAVOR = "horn"

    def post(self, message):
        return True

    def ask(self, question):
        return True
"""
_HOOKS: Final = """\
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "{flavor}", "{name}.parts:Bell", "Rings.")]

@hookimpl
def zen_commands():
    return [CommandSpec("greet-{name}", "{name}.parts:greet", "Say hello.")]
"""
_PARTS: Final = """\
import click
from pathlib import Path
from zen import BaseAlerter

class Bell(BaseAlerter):
    FLAVOR = "{flavor}"

    @property
    def is_provisioned(self):
        return Path("{flavor}").exists()

    is_running = is_provisioned

    def provision(self):
        Path("{flavor}").touch()

    def deprovision(self):
        Path("{flavor}").unlink()

    def post(self, message):
        return True

    def ask(self, question):
        return True

@click.command()
def greet():
    click.echo("hello")
"""
# One is asked before the broken one, the other after it.
_HEALTHY: Final = {"able": "bell", "well": "gong"}


@dataclass(frozen=True)
class Site:
    """Hold what is installed.

    Args:
        fake_distribution: Installs a distribution.
        path: The folder of all of them.
        here: The working directory of the program.
        config: Its configuration folder.
    """

    fake_distribution: FakeDistribution
    path: Path
    here: Path
    config: Path

    def install_healthy_plugins(self) -> None:
        for name, flavor in _HEALTHY.items():
            hooks, parts = (
                text.replace("{name}", name).replace("{flavor}", flavor)
                for text in (_HOOKS, _PARTS)
            )
            self.fake_distribution(name, hooks, parts)

    def info(self, name: str = "broken-1.0") -> Path:
        """Return the folder in which a distribution describes itself."""
        return self.path / name / f"{name}.dist-info"
