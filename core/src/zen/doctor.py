"""Examine each plugin in a process of its own, so that none ends the examination."""

from __future__ import annotations

import builtins
import sys
import time
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, NamedTuple, cast

import click

from zen.catalog import (
    Catalog,
    Claim,
    Offer,
    Owner,
    contract_error,
    find_copies,
    how_to_settle,
    load_error,
    run_forked_apart,
)
from zen.components import StackComponent
from zen.components.flavors import Flavors
from zen.errors import PluginError
from zen.plugin import (
    CommandSpec,
    ComponentTypeSpec,
    DefaultComponentSpec,
    FlavorSpec,
    StoreDriverSpec,
)
from zen.stores import StoreDriver

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeAlias

    from zen.catalog import PluginPolicy
    from zen.plugin import Spec

    # What is imported next, the seconds, and the other parts of a diagnosis.
    _Progress: TypeAlias = tuple[str, float, list[str], list[str], list[str]]

__all__ = [
    "Clash",
    "Diagnosis",
    "examine",
    "examine_here",
    "find_clashes",
    "find_duplicates",
]

# An import that takes longer is felt by everybody who has the plugin installed.
_SLOW: Final = 0.5
# The part of a slow import that a library must have to be named.
_SHARE: Final = 0.1
_ALIKE: Final = 0.9
# So many imports may end the process before the examination does.
_MOST_FATAL: Final = 10


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Hold what was found out about one plugin.

    Args:
        owner: The plugin.
        seconds: How long its light module took to import and to answer.
        faults: What is wrong, each with what to do about it.
        offers: What it offers, in words.
        wants: What it builds on and another plugin must offer, in the same words.
    """

    owner: Owner
    seconds: float
    faults: tuple[str, ...]
    offers: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()


class Clash(NamedTuple):
    """A fault that shows only in company.

    Args:
        owners: The plugins that have it together.
        text: What is wrong, and what to do about it.
    """

    owners: tuple[Owner, ...]
    text: str


def examine(claim: Claim, *, timeout: float = 30) -> Diagnosis:
    """Examine a plugin in another process, and survive whatever that does.

    Args:
        claim: The plugin.
        timeout: The seconds after which it counts as hanging; each thing that it
            offers may take as long.
    """
    fatal: dict[str, str] = {}
    while True:
        subject, found, did = _examine_apart(claim, list(fatal), timeout)
        if subject:
            fatal[subject] = load_error(claim.owner, subject, did).in_full
        # What remains is examined without that which ended the process.
        if subject in {"", _module(claim)}:
            return replace(found, faults=(*found.faults, *fatal.values()))
        # A plugin that names something new each time can't go on for ever.
        if len(fatal) >= _MOST_FATAL:
            rest = _blame(claim.owner, f"The rest of {claim.owner} wasn't examined.")
            return replace(found, faults=(*found.faults, *fatal.values(), rest))


def _examine_apart(
    claim: Claim, skipped: Sequence[str], timeout: float
) -> tuple[str, Diagnosis, str]:
    """Return what ended the process, or "", what is known until then, and how."""
    task = f"{__name__}:examine_stepwise"
    row = [skipped, astuple(claim.owner), *claim[1:]]
    found = Diagnosis(claim.owner, 0, ())
    try:
        results, did = run_forked_apart(task, row, timeout=timeout)
    except OSError as error:
        fault = f"It can't be examined: no process can be started ({error})."
        return "", replace(found, faults=(fault,)), ""
    subject = _module(claim)
    if results:
        subject, seconds, *texts = cast("_Progress", results[-1])
        found = Diagnosis(claim.owner, seconds, *map(tuple, texts))
    # What a plugin has started may do harm when all is done.
    return subject or (_module(claim) if did else ""), found, did


def examine_stepwise(row: Sequence[object]) -> Iterator[list[object]]:
    """Examine a plugin in this process, which it may bring down.

    Args:
        row: What isn't to be imported, and the claim, its owner being a row itself.

    Yields:
        What is imported next, "" at the end, and the diagnosis as far as it goes,
        without the owner.
    """
    skipped, owner, *rest = row
    claim = Claim(Owner(*owner), *rest)  # type: ignore[misc, arg-type]
    for subject, found in _steps(claim, skipped):  # type: ignore[arg-type]
        yield [subject, *astuple(found)[1:]]


def examine_here(claim: Claim) -> Diagnosis:
    """Examine a plugin in this process, which it may bring down."""
    *_, (_, found) = _steps(claim)
    return found


def find_duplicates(owners: Iterable[Owner]) -> tuple[list[Clash], list[str]]:
    """Say which plugins' distributions are installed more than once.

    Returns:
        Those of which one folder has several copies, which an installer can't tell
        apart; and notices of those that hide another further down the path.
    """
    clashes, notices = [], []
    named = {owner.distribution.replace("-", "_").lower(): owner for owner in owners}
    for first, *others in find_copies():
        folder, _, name = first.rpartition("/")
        distribution = name.partition("-")[0].lower()
        # The copy that counts may announce no plugin, unlike another.
        owner = named.get(distribution)
        beside = [other for other in others if other.rpartition("/")[0] == folder]
        if beside:
            rest = ", ".join(each.rpartition("/")[2] for each in beside)
            text = (
                f"{owner or distribution} is installed more than once in {folder}:"
                f" {name}"
                f" counts, and {rest} doesn't."
                f" Remove all with 'pip uninstall {distribution}', repeated until"
                " none is left, and install it again."
            )
            clashes.append(Clash((owner,) if owner else (), text))
        notices += [f"{first} hides {each}." for each in others if each not in beside]
    return clashes, notices


def find_clashes(diagnoses: Iterable[Diagnosis], policy: PluginPolicy) -> list[Clash]:
    """Say what is wrong between plugins, each of which may be well.

    That is a name that several claim, where none of them is preferred, and something
    that one builds on and none offers.

    Args:
        diagnoses: What was found out about each plugin.
        policy: Says which plugin wins.
    """
    claimants: dict[str, list[Owner]] = {}
    wanted: dict[str, list[Owner]] = {}
    for diagnosis in diagnoses:
        for name in (f"the name '{diagnosis.owner.plugin}'", *diagnosis.offers):
            claimants.setdefault(name, []).append(diagnosis.owner)
        for name in diagnosis.wants:
            wanted.setdefault(name, []).append(diagnosis.owner)
    contested: dict[tuple[Owner, ...], list[str]] = {}
    for name, owners in claimants.items():
        if len(owners) > 1 and policy.preferred(owners) is None:
            contested.setdefault(tuple(owners), []).append(name)
    clashes = [
        Clash(
            owners,
            f"{' and '.join(map(str, owners))} both claim {_listed(names)}."
            f" {how_to_settle(owners)}",
        )
        for owners, names in contested.items()
    ]
    core = Catalog(list).component_types()
    known = {*claimants, *(words for spec in core for words in _in_words(spec))}
    gaps = [
        Clash(
            (owner,),
            _blame(
                owner,
                f"{owner} builds on {name}, which no plugin offers."
                f"{_suggestion(name, known)}",
            ),
        )
        for name, owners in wanted.items()
        if name not in known
        for owner in owners
    ]
    return [*clashes, *gaps]


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _suggestion(name: str, known: Iterable[str]) -> str:
    # They begin alike, so they are alike only if the ends are too.
    nearest = get_close_matches(name, sorted(known), n=1, cutoff=_ALIKE)
    return f" Did you mean {nearest[0]}?" if nearest else ""


def _module(claim: Claim) -> str:
    return f"Module '{claim.module}'"


def _steps(
    claim: Claim, skipped: Sequence[str] = ()
) -> Iterator[tuple[str, Diagnosis]]:
    """Yield what is imported next, "" at the end, and what is known until then."""
    yield _module(claim), Diagnosis(claim.owner, 0, ())
    catalog = Catalog(lambda: [claim])
    begin = time.perf_counter()
    with _imports_timed() as imports:
        (plugin,) = catalog.plugins
    seconds = time.perf_counter() - begin
    faults = [plugin.error.in_full] if plugin.error else []
    if seconds > _SLOW:
        faults.append(_slowness(claim, seconds, imports))
    specs = catalog.offers_of(claim.owner)
    found = Diagnosis(
        claim.owner,
        seconds,
        tuple(faults),
        tuple(words for spec in specs for words in _in_words(spec)),
        tuple(sorted(set(_wants(specs)))),
    )
    for spec in specs:
        for source in spec.import_strings:
            subject = f"'{source}'"
            if subject not in skipped:
                yield subject, found
                fault = _fault(catalog, spec, source, claim.owner)
                found = replace(found, faults=(*found.faults, *fault))
    yield "", found


def _in_words(spec: object) -> Iterator[str]:
    """Yield what a spec offers, and takes for itself."""
    if isinstance(spec, FlavorSpec):
        yield f"flavor '{spec.name}' of type {spec.type.replace('_', ' ')}"
    if isinstance(spec, StoreDriverSpec):
        yield f"store type '{spec.name}'"
    if isinstance(spec, CommandSpec):
        yield f"command '{spec.name}'"
    if isinstance(spec, ComponentTypeSpec):
        yield f"component type '{spec.name}'"
        yield f"command '{spec.command}'"
        if spec.option:
            yield f"option '-{spec.option}' of 'zen stack register'"


def _wants(specs: Iterable[object]) -> Iterator[str]:
    """Yield what specs build on, which the same plugin may offer, or another."""
    for spec in specs:
        if isinstance(spec, FlavorSpec):
            yield f"component type '{spec.type}'"
        if isinstance(spec, DefaultComponentSpec):
            yield f"flavor '{spec.flavor}' of type {spec.type.replace('_', ' ')}"


def _fault(catalog: Catalog, spec: Spec, source: str, owner: Owner) -> list[str]:
    """Import what a spec names, and say if it isn't what it is offered as."""
    try:
        problem = _wrong_kind(catalog, spec, source, owner)
    except PluginError as error:
        return [error.in_full]
    return [_blame(owner, f"'{source}' of {owner} {problem}.")] if problem else []


def _wrong_kind(catalog: Catalog, spec: Spec, source: str, owner: Owner) -> str:
    if isinstance(spec, FlavorSpec):
        Flavors(catalog).load(Offer(spec, owner))
    if isinstance(spec, StoreDriverSpec) and source == spec.names:
        names = catalog.load_names(Offer(spec, owner))
        return "" if callable(names) else "is not a function"
    if isinstance(spec, StoreDriverSpec):
        catalog.load_class(Offer(spec, owner), base=StoreDriver)  # type: ignore[type-abstract]
    if isinstance(spec, CommandSpec):
        command = catalog.load_command(Offer(spec, owner))
        return "" if isinstance(command, click.Command) else "is not a click command"
    if isinstance(spec, ComponentTypeSpec):
        base = catalog.load_base(spec.name)
        if not isinstance(base, type) or not issubclass(base, StackComponent):
            return "is not a subclass of StackComponent"
        named = getattr(base, "TYPE", None)
        if named != spec.name:
            return f"has the TYPE {named!r}, and is offered as {spec.name!r}"
    return ""


@contextmanager
def _imports_timed() -> Iterator[dict[str, float]]:
    """Note the seconds that the first import of each package takes."""
    seconds: dict[str, float] = {}
    original = builtins.__import__

    def timed(name: str, *args: object, **more: object) -> object:
        begin = time.perf_counter()
        try:
            return original(name, *args, **more)  # type: ignore[arg-type]
        finally:
            package = name.partition(".")[0]
            taken = time.perf_counter() - begin
            seconds[package] = max(taken, seconds.get(package, 0))

    builtins.__import__ = timed  # type: ignore[assignment]
    try:
        yield seconds
    finally:
        builtins.__import__ = original


def _slowness(claim: Claim, seconds: float, imports: dict[str, float]) -> str:
    own = {"", "zen", claim.module.partition(".")[0], *sys.stdlib_module_names}
    slowest = [
        f"{name} ({taken:.1f} s)"
        for name, taken in sorted(imports.items(), key=lambda item: -item[1])
        if name not in own and taken > seconds * _SHARE
    ]
    because = f", mostly to load {' and '.join(slowest[:3])}" if slowest else ""
    return _blame(
        claim.owner,
        f"{claim.owner} takes {seconds:.1f} seconds to import{because}. Its entry point"
        " should name a module that imports zen.plugin only.",
    )


def _blame(owner: Owner, fault: str) -> str:
    return contract_error(owner, fault).in_full
