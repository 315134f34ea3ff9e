"""A profile with a stack of Acme's, and a file that carries it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from zen import Repository
from zen.carrying import StackFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.core.conftest import FakeDistribution
    from zen.catalog import Owner

TYPES = ("artifact_store", "metadata_store", "orchestrator")
FILE = """\
format_version: 1
name: prod
components:
  artifact_store:
    name: bucket
    flavor: acme
    configuration:
      path: /b
    provider:
      distribution: acme
      version: '1.2'
  metadata_store:
    name: default
    flavor: acme
    provider:
      distribution: acme
      version: '1.2'
  orchestrator:
    name: default
    flavor: acme
    configuration:
      workers: 1
    provider:
      distribution: acme
      version: '1.2'
...
"""


NEEDY_HOOKS = """
@hookimpl
def zen_flavors():
    return [FlavorSpec("artifact_store", "needy", "needy.parts:Needy")]
"""
NEEDY_PARTS = """
from acme.parts import AcmeArtifactStore
from zen.stack import StackValidator

class Needy(AcmeArtifactStore):
    FLAVOR = "needy"

    @property
    def validator(self):
        return StackValidator(required_components={"alerter"})
"""

CUSTOM = """
flavors:
- type: artifact_store
  name: mine
  source: mine.stores:Mine
  file: mine/stores.py
...
"""
MINE = """\
from acme.parts import AcmeArtifactStore

class Mine(AcmeArtifactStore):
    FLAVOR = "mine"
    depth: int = 1
"""


def read(text: str) -> StackFile:
    return StackFile.from_yaml(text.encode(), "f.yaml")


@pytest.fixture
def repository(only_fakes: None, acme: Owner) -> Repository:
    """On a profile with the stack `default` of components called `default`."""
    del only_fakes, acme  # what it needs is that they're there
    return Repository()


@pytest.fixture
def file() -> StackFile:
    """A stack with the defaults, but for the artifact store."""
    return read(FILE)


@pytest.fixture
def with_needy(
    repository: Repository, fake_distribution: FakeDistribution
) -> Repository:
    """With a flavor `needy` of artifact stores, which demand an alerter."""
    del repository
    fake_distribution("needy", NEEDY_HOOKS, NEEDY_PARTS)
    return Repository()


def with_custom_flavor() -> StackFile:
    text = FILE.replace("flavor: acme", "flavor: mine", 1)
    text = text.replace("    provider:\n      distribution: acme\n", "    x:\n", 1)
    text = text.replace("    x:\n      version: '1.2'\n", "", 1)
    return read(text.replace("\n...\n", CUSTOM))


@pytest.fixture
def inside(
    repository: Repository, here: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Repository]:
    """In a repository folder."""
    del repository  # what it needs is that there is a profile
    monkeypatch.syspath_prepend(here / "nothing")  # what follows is undone, too
    yield Repository.initialize(here)
    for name in [name for name in sys.modules if name.partition(".")[0] == "mine"]:
        del sys.modules[name]


def write_mine(here: Path, text: str = MINE) -> None:
    (here / "mine").mkdir()
    (here / "mine" / "__init__.py").touch()
    (here / "mine" / "stores.py").write_text(text)
