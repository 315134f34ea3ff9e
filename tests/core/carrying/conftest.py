"""A profile with a stack of Acme's, and a file that carries it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen import Repository
from zen.carrying import StackFile

if TYPE_CHECKING:
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
