"""An installation with healthy plugins, beside which one is broken."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.core.faults.calls import Server
from tests.core.faults.site import Site
from zen.records import ComponentRecord, Provider, StackRecord
from zen.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zen.testing import FakeDistribution


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """What answers the calls of all tests."""
    server = Server(tmp_path_factory.mktemp("output"))
    yield server
    server.close()


@pytest.fixture(scope="session")
def profile_with_a_horn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration folder from the time when the broken plugin was well."""
    folder = tmp_path_factory.mktemp("horn")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZEN_CONFIG_PATH", str(folder / "config"))
        repository = Repository(folder)
        horn = ComponentRecord(
            type="alerter",
            name="mine",
            flavor="horn",
            configuration={},
            provider=Provider("broken", "1.0"),
        )
        parts = {**repository.active_stack_record.components, "alerter": "mine"}
        repository.store.save(components=[horn], stacks=[StackRecord("loud", parts)])
        repository.close()
    shutil.rmtree(folder / "config" / "cache", ignore_errors=True)
    return folder / "config"


@pytest.fixture
def site(
    fake_distribution: FakeDistribution,
    profile_with_a_horn: Path,
    config: Path,
    tmp_path: Path,
) -> Site:
    """Where plugins are installed; the healthy ones are there."""
    shutil.copytree(profile_with_a_horn, config)
    site = Site(fake_distribution, tmp_path / "site", Path.cwd(), config)
    site.install_healthy_plugins()
    return site
