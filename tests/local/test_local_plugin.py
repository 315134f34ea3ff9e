"""What zen_local offers, and that it stays light."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

import zen_local
from zen_local import plugin


def test_exports_are_pinned() -> None:
    assert zen_local.__all__ == [
        "LocalArtifactStore",
        "LocalOrchestrator",
        "__version__",
    ]
    assert dir(zen_local) == zen_local.__all__


def test_names_of_the_package_are_imported_on_use() -> None:
    assert zen_local.LocalArtifactStore.FLAVOR == "local"
    assert zen_local.LocalOrchestrator.FLAVOR == "local"
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        zen_local.__getattr__("Nothing")


def test_sources_resolve_to_what_the_specs_say() -> None:
    for spec in plugin.zen_flavors():
        module, _, name = spec.source.partition(":")
        cls = getattr(import_module(module), name)
        assert (spec.type, spec.name) == (cls.TYPE, cls.FLAVOR)


def test_every_default_is_an_offered_flavor() -> None:
    offered = {(spec.type, spec.name) for spec in plugin.zen_flavors()}
    defaults = {(spec.type, spec.flavor) for spec in plugin.zen_default_components()}
    assert defaults == offered


def test_the_hook_module_is_light() -> None:
    code = (
        "import sys, zen_local.plugin;"
        "sys.exit('pydantic' in sys.modules or 'zen.components' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
