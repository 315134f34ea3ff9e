"""Real distributions in a temporary folder, to be found as installed ones are."""

from __future__ import annotations

import sys
from textwrap import dedent
from typing import TYPE_CHECKING, Protocol

import pytest

from zen.catalog import Owner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["FakeDistribution", "fake_distribution"]


class FakeDistribution(Protocol):
    """Install a small distribution with a plugin, for the length of a test.

    It consists of real files: a `*.dist-info` folder with an entry point in the group
    `zen.plugins`, and a package with the modules `plugin` and `parts`. Their folder
    is put first on `sys.path`, so that the catalog finds it as it finds what pip
    installed, and so that it hides another one of the same name.

    Args:
        name: Its name; with `_` for `-`, also that of its package.
        hooks: The body of its light module `plugin`; all names of `zen.plugin` are
            imported there already.
        parts: The body of its module `parts`, which import strings may name.
        version: Its version.
        plugin: The name of its entry point; its own name if it is "".
        module: What the entry point aims at; its own light module if it is "".
        requires: Its requirements, such as `zen-core>=1,<2`.
    """

    def __call__(  # noqa: PLR0913 - only its name is needed
        self,
        name: str,
        hooks: str = "",
        parts: str = "",
        *,
        version: str = "1.0",
        plugin: str = "",
        module: str = "",
        requires: Iterable[str] = (),
    ) -> Owner:
        """Return whom the catalog must name as the plugin's owner."""


@pytest.fixture
def fake_distribution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeDistribution]:
    """Install small distributions with plugins; see `FakeDistribution`."""
    packages: set[str] = set()

    def make(  # noqa: PLR0913 - as above
        name: str,
        hooks: str = "",
        parts: str = "",
        *,
        version: str = "1.0",
        plugin: str = "",
        module: str = "",
        requires: Iterable[str] = (),
    ) -> Owner:
        package = name.replace("-", "_")
        packages.add(package)
        _forget({package})
        site = tmp_path / "site" / f"{name}-{version}"
        light = "from zen.plugin import *\n" + dedent(hooks)
        entry_point = f"{plugin or name} = {module or f'{package}.plugin'}"
        requirements = [f"Requires-Dist: {text}" for text in requires]
        info = site / f"{package}-{version}.dist-info"
        for path, content in {
            site / package / "__init__.py": "",
            site / package / "plugin.py": light,
            site / package / "parts.py": dedent(parts),
            info / "entry_points.txt": f"[zen.plugins]\n{entry_point}\n",
            info / "METADATA": "\n".join(
                [f"Name: {name}", f"Version: {version}", *requirements, ""]
            ),
        }.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        monkeypatch.syspath_prepend(site)
        return Owner(plugin or name, name, version)

    yield make
    _forget(packages)


def _forget(packages: set[str]) -> None:
    for name in list(sys.modules):
        if name.partition(".")[0] in packages:
            del sys.modules[name]
