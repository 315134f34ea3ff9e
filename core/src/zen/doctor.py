"""Examine each plugin in a process of its own, so that none ends the examination.

Run as a program, the module examines one plugin and writes what it found.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from zen.catalog import Catalog, Offer, find_claims, how_to_settle
from zen.components.factory import ComponentFactory
from zen.errors import PluginError, ZenError
from zen.plugin import CommandSpec, ComponentTypeSpec, FlavorSpec, StoreDriverSpec
from zen.stores import StoreDriver

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen.catalog import Claim, Owner, PluginPolicy

__all__ = ["Diagnosis", "examine", "examine_here", "find_clashes"]

# An import that takes longer is felt by everybody who has the plugin installed.
_SLOW: Final = 0.5


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Hold what was found out about one plugin.

    Args:
        owner: The plugin.
        seconds: How long its light module took to import and to answer.
        faults: What is wrong, each with what to do about it.
        offers: What it offers, in words.
    """

    owner: Owner
    seconds: float
    faults: tuple[str, ...]
    offers: tuple[str, ...] = ()


def examine(claim: Claim, *, timeout: float = 30) -> Diagnosis:
    """Examine a plugin in another process, and survive whatever that does.

    Args:
        claim: The plugin.
        timeout: The seconds after which it counts as hanging.
    """
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        name, distribution = claim.owner.plugin, claim.owner.distribution
        command = [sys.executable, "-m", __name__, name, distribution, str(report)]
        try:
            done = subprocess.run(  # noqa: S603 - this module, by this interpreter
                command,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            fault = f"It hangs when it is imported: no end after {timeout:.0f} seconds."
            return Diagnosis(claim.owner, timeout, (f"{fault} {_advice(claim)}",))
        if report.exists():
            found = json.loads(report.read_text(encoding="utf-8"))
            return Diagnosis(
                claim.owner,
                found["seconds"],
                tuple(found["faults"]),
                tuple(found["offers"]),
            )
        ending = (
            f"signal {-done.returncode}"
            if done.returncode < 0
            else f"exit code {done.returncode}"
        )
        fault = f"It ends the whole process when it is imported, with {ending}."
        return Diagnosis(claim.owner, 0, (f"{fault} {_advice(claim)}",))


def examine_here(claim: Claim) -> Diagnosis:
    """Examine a plugin in this process, which it may bring down."""
    catalog = Catalog(lambda: [claim])
    begin = time.perf_counter()
    (plugin,) = catalog.plugins
    seconds = time.perf_counter() - begin
    faults = [_told(plugin.error)] if plugin.error else []
    offered = catalog.offers_of(claim.owner)
    for spec in offered:
        try:
            _resolve(catalog, spec, claim.owner)
        except PluginError as error:
            faults.append(_told(error))
    if seconds > _SLOW:
        faults.append(
            f"It takes {seconds:.1f} seconds to import, whatever command is called."
            " Its entry point should name a module that imports zen.plugin only."
        )
    offers = tuple(filter(None, map(_in_words, offered)))
    return Diagnosis(claim.owner, seconds, tuple(faults), offers)


def find_clashes(diagnoses: Iterable[Diagnosis], policy: PluginPolicy) -> list[str]:
    """Say which names several plugins claim, where none of them is preferred.

    Args:
        diagnoses: What was found out about each plugin.
        policy: Says which plugin wins.
    """
    claimants: dict[str, list[Owner]] = {}
    for diagnosis in diagnoses:
        for name in (f"the name '{diagnosis.owner.plugin}'", *diagnosis.offers):
            claimants.setdefault(name, []).append(diagnosis.owner)
    return [
        f"{' and '.join(map(str, owners))} both claim {name}. {how_to_settle(owners)}"
        for name, owners in claimants.items()
        if len(owners) > 1 and policy.preferred(owners) is None
    ]


def _in_words(spec: object) -> str:
    if isinstance(spec, FlavorSpec):
        return f"flavor '{spec.name}' of type {spec.type}"
    if isinstance(spec, StoreDriverSpec):
        return f"store type '{spec.name}'"
    if isinstance(spec, CommandSpec):
        return f"command '{spec.name}'"
    if isinstance(spec, ComponentTypeSpec):
        return f"component type '{spec.name}'"
    return ""


def _resolve(catalog: Catalog, spec: object, owner: Owner) -> None:
    """Import what a spec names, and check that it is of the right kind."""
    if isinstance(spec, FlavorSpec):
        ComponentFactory(catalog).load_flavor(Offer(spec, owner))
    elif isinstance(spec, StoreDriverSpec):
        catalog.load_class(Offer(spec, owner), base=StoreDriver)  # type: ignore[type-abstract]
    elif isinstance(spec, CommandSpec):
        catalog.load_command(Offer(spec, owner))
    elif isinstance(spec, ComponentTypeSpec):
        catalog.load_base(spec.name)


def _told(error: ZenError) -> str:
    return f"{error} {error.hint}".rstrip()


def _advice(claim: Claim) -> str:
    return (
        f"Disable it with 'zen plugin disable {claim.owner.plugin}', or remove it with"
        f" 'pip uninstall {claim.owner.distribution}'."
    )


def _main(plugin: str, distribution: str, report: str) -> None:
    for claim in find_claims():
        if (claim.owner.plugin, claim.owner.distribution) == (plugin, distribution):
            diagnosis = examine_here(claim)
            content = {
                "seconds": diagnosis.seconds,
                "faults": diagnosis.faults,
                "offers": diagnosis.offers,
            }
            Path(report).write_text(json.dumps(content), encoding="utf-8")


if __name__ == "__main__":
    _main(*sys.argv[1:])
