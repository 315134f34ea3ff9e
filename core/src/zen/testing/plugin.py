"""What every plugin must keep to: light, truthful, and announced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from importlib_metadata import PackageNotFoundError, distribution
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from zen.catalog import Catalog, find_claims
from zen.components.factory import ComponentFactory
from zen.doctor import examine_here
from zen.plugin import (
    DefaultComponentSpec,
)
from zen.testing._catalog import claim_for
from zen.testing._contract import Unabridged
from zen.testing._lightness import heavy_modules

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from zen.catalog import Claim
    from zen.plugin import Spec

__all__ = ["PluginContract"]

# Older than the first release, and newer than any that will ever be.
_OUTSIDE: Final = {"0.2": "any old version", "99999": "any future version"}


class PluginContract(Unabridged):
    """Check a plugin; subclass it with one fixture.

    ```python
    class TestPlugin(PluginContract):
        @pytest.fixture
        def plugin_module(self) -> str:
            return "acme_s3.plugin"
    ```

    The distribution must be installed, as by `pip install -e .`.
    """

    @pytest.fixture
    def plugin_module(self) -> str:
        """The light module that the entry point names; the subclass returns it."""
        raise NotImplementedError

    @pytest.fixture
    def plugin_claim(self, plugin_module: str) -> Claim:
        """What the plugin's entry point says, or would say if there were one."""
        announced = _announcements(plugin_module)
        return announced[0] if announced else claim_for(plugin_module)

    def test_its_module_is_light(self, plugin_module: str, tmp_path: Path) -> None:
        """Neither its import nor its hooks load what is needed on use only."""
        heavy = heavy_modules(plugin_module, tmp_path)
        assert not heavy, (
            f"{plugin_module} loads {', '.join(heavy)}, whatever command is called."
            " Import that in the modules that import strings name."
        )

    def test_its_hooks_are_known_and_answer(self, plugin_claim: Claim) -> None:
        """The catalog can load it, and can ask it what it offers."""
        (plugin,) = _catalog_of(plugin_claim).plugins
        assert plugin.error is None, f"{plugin.error} {plugin.error.hint}"

    def test_its_hooks_are_pure(
        self, plugin_claim: Claim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What it offers depends on nothing but what is installed."""
        first = _offers(plugin_claim)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("ZEN_CONFIG_PATH", str(tmp_path))
        again = _offers(plugin_claim)
        assert again == first, f"Asked twice, the plugin offers {first}, then {again}."

    def test_its_import_strings_lead_to_what_the_specs_say(
        self, plugin_claim: Claim
    ) -> None:
        """Each can be imported, and is of the right kind, type and flavor."""
        faults = examine_here(plugin_claim).faults
        assert not faults, "\n".join(faults)

    def test_its_offers_have_summaries(self, plugin_claim: Claim) -> None:
        """Listings and `--help` show one for each."""
        offers = _offers(plugin_claim)
        silent = [spec for spec in offers if getattr(spec, "summary", None) == ""]
        assert silent == [], f"These have no summary: {silent}."

    def test_its_defaults_need_no_configuration(self, plugin_claim: Claim) -> None:
        """Nobody has configured the components of a new profile's stack."""
        factory = ComponentFactory(Catalog())
        for spec in _offers(plugin_claim):
            if isinstance(spec, DefaultComponentSpec):
                factory.create(spec.type, spec.flavor, "default")

    def test_an_entry_point_announces_it(self, plugin_module: str) -> None:
        """A distribution that is installed names the module in `zen.plugins`."""
        assert _announcements(plugin_module), (
            "No distribution that is installed has an entry point"
            f" 'NAME = \"{plugin_module}\"' in the group 'zen.plugins'. Install yours"
            " with 'pip install -e .', and again when its entry points have changed."
        )

    def test_it_says_which_core_it_needs(self, plugin_claim: Claim) -> None:
        """It requires zen-core from one version on, and only up to another."""
        accepted = _accepted_outside(_requirements(plugin_claim))
        assert not accepted, (
            f"{plugin_claim.owner} takes {' and '.join(accepted)} of zen-core. Require"
            " 'zen-core>=1,<2': with a core that doesn't fit it is then refused with a"
            " message, and doesn't fail somewhere."
        )


def _catalog_of(claim: Claim) -> Catalog:
    return Catalog(lambda: [claim])


def _offers(claim: Claim) -> list[Spec]:
    return _catalog_of(claim).offers_of(claim.owner)


def _announcements(module: str) -> list[Claim]:
    return [claim for claim in find_claims() if claim.module == module]


def _requirements(claim: Claim) -> list[str]:
    try:
        return distribution(claim.owner.distribution).requires or []
    except PackageNotFoundError:
        return []


def _accepted_outside(requirements: Iterable[str]) -> list[str]:
    """Return which versions of the core are let in that nobody can have tried."""
    limits = [
        requirement.specifier
        for requirement in map(_parsed, requirements)
        if requirement and canonicalize_name(requirement.name) == "zen-core"
    ]
    return [
        words
        for version, words in _OUTSIDE.items()
        if all(limit.contains(version) for limit in limits)
    ]


def _parsed(text: str) -> Requirement | None:
    """Return a requirement that always holds, if `text` is one."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return None
    marker = requirement.marker
    return requirement if not marker or marker.evaluate({"extra": ""}) else None
