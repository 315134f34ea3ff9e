"""Every fault of a plugin against every command of the core.

Whatever is broken, the commands of control work, and so does all that doesn't need
just that plugin. What does need it fails with a message that says whose fault it is.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from tests.core.faults.calls import PATIENCE, call_really
from tests.core.faults.code import HOOKS, LIES, MODULES, MOMENTS
from tests.core.faults.installation import DISTRIBUTIONS, INDEX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.core.faults.calls import Call, Server
    from tests.core.faults.fault import Fault
    from tests.core.faults.site import Site
    from tests.sweeps import Instants

pytestmark = pytest.mark.slow

FAULTS: Final = {**MODULES, **HOOKS, **LIES, **MOMENTS, **DISTRIBUTIONS, **INDEX}
LIST: Final = "plugin list -o json"
DOCTOR: Final = "plugin doctor"
# With no arguments: what the shell asks when somebody presses the tabulator.
COMPLETE: Final = ""
# What must work whatever is broken, and a word that shows that it did.
READING: Final = {
    "--help": "greet-well",
    "--version": "zen, version 1.",
    "version": "zen 1.",
    COMPLETE: "greet-able",
    "plugin list": "able",
    LIST: "able",
    "plugin describe well": "alerter/gong",
    "plugin freeze": "well==1.0",
    "--no-plugins plugin list": "disabled",
    "status": "default",
    "schema": "alerter",
    "completion bash": "_ZEN_COMPLETE",
    "profile list": "default",
    "profile get": "default",
    "profile describe": "default",
    "profile log": "loud",
    "stack list": "loud",
    "stack get": "default",
    "stack export loud": "Exported",
    "stack diff loud default": "alerter",
    "stack describe": "default",
    "stack describe loud -o json": '"alerter": "mine"',
    "alerter list": "mine",
    "alerter describe mine -o json": '"provider": "broken 1.0"',
    "flavor list -o json": "gong",
    "alerter flavor list": "bell",
    "alerter flavor describe bell": "able",
    "artifact-store flavor list": "local",
    "which flavor bell": "able",
    "which store local": "zen-core",
    "which command greet-well": "well",
}
CHANGING: Final = {
    "plugin disable well": "is disabled",
    "plugin enable well": "is enabled",
    "profile create spare": "spare",
    "alerter register ring --flavor bell": "registered",
    "stack register rung -o default -a default -m default -al ring": "registered",
    "stack describe rung": "ring",
    "stack up rung": "is up",
    "stack down rung": "",
    "alerter up ring": "is up",
    "alerter down ring": "",
    "stack delete rung -y": "Deleted",
    "alerter delete ring -y": "Deleted",
    "stack copy loud still": "still",
    "stack delete still -y": "Deleted",
    "alerter rename mine yours": "yours",
    "alerter rename yours mine": "mine",
    "profile set spare": "spare",
    "profile set default": "default",
    "profile delete spare -y": "Deleted",
    "init": "",
    "repo clean -y": "",
    "greet-able": "hello",
}
# What must also work on the plugin that is broken, if it is known by its name.
CONTROL: Final = {
    "plugin describe broken": "broken",
    "plugin describe broken -o json": '"distribution"',
    "plugin disable broken": "is disabled",
    "plugin list -o yaml": "disabled",
    "plugin enable broken": "is enabled",
}
COMPLETION: Final = {
    "_ZEN_COMPLETE": "bash_complete",
    "COMP_WORDS": "zen gr",
    "COMP_CWORD": "1",
}
LONGEST: Final = 10
# Those that show in a process that has imported nothing, or that end it.
REAL: Final = (
    *("os._exit", "a segmentation fault", "a syntax error", "it prints"),
    *("a command that ends the process", "the index can't be written"),
    *("entry_points.txt holds nonsense", "entry_points.txt is no text"),
    *("METADATA is missing", "METADATA is garbled"),
)
# What is asked beside every fault.
ALWAYS: Final = ("plugin list", LIST)
# How many of the commands that change something are called beside most faults.
FEW: Final = 4


@pytest.mark.parametrize("name", FAULTS)
def test_only_what_needs_a_broken_plugin_fails(
    site: Site, server: Server, instants: Instants, name: str
) -> None:
    """The gate calls all commands beside a few faults, and some beside the others."""
    fault = FAULTS[name]
    _install(fault, site)
    if name in instants([*FAULTS]):
        groups = _all_commands(fault)
    else:
        groups = [_some_commands(fault, instants)]
    problems = [*_problems(fault, _calls(fault, site, server, groups))]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("name", REAL)
def test_the_program_as_users_run_it_survives(site: Site, name: str) -> None:
    """Nothing is imported beforehand here, as it is in the test above."""
    fault = FAULTS[name]
    _install(fault, site)
    commands = (LIST, "alerter register ring --flavor bell")
    calls = [call_really(command, site.here) for command in commands]
    problems = [*_problems(fault, calls)]
    assert not problems, "\n".join(problems)


def _install(fault: Fault, site: Site) -> None:
    site.fake_distribution(
        "broken",
        fault.hooks,
        fault.parts,
        requires=fault.requires,
        module=fault.module,
    )
    fault.more(site)


def _all_commands(fault: Fault) -> list[list[str]]:
    """Return what must work, what must fail, and what is about the plugin itself."""
    return [
        [*READING, *_told(fault)],
        [*CHANGING],
        [*fault.needs, *fault.lacks],
        [DOCTOR, *(CONTROL if fault.state else ())],
    ]


def _some_commands(fault: Fault, instants: Instants) -> list[str]:
    """Return the same, but for the doctor and some of what must work."""
    others = [command for command in READING if command not in ALWAYS]
    working = [*ALWAYS, *instants(others), *_told(fault), *[*CHANGING][:FEW]]
    return [*working, *fault.needs, *fault.lacks]


def _told(fault: Fault) -> list[str]:
    """Return the commands that work, and say something about the fault."""
    said = [command for command, _ in fault.says]
    return [command for command in said if command not in {**READING, **CHANGING}]


def _calls(
    fault: Fault, site: Site, server: Server, groups: list[list[str]]
) -> list[Call]:
    if fault.damage:
        server.call(["--help"], folder=site.here)
        (index,) = site.config.glob("cache/plugins-*.json")
        fault.damage(index)
    return server.call(
        *groups,
        folder=site.here,
        # The doctor takes its time for each plugin.
        env={DOCTOR: {"ZEN_PLUGINS": fault.examined}, COMPLETE: COMPLETION},
        patience=PATIENCE if fault.hangs else None,
    )


def _problems(fault: Fault, calls: list[Call]) -> Iterator[str]:
    """Say what is wrong with the calls."""
    for call in calls:
        for problem in _wrong(fault, call):
            yield f"{problem}, after\n{call}"


def _wrong(fault: Fault, call: Call) -> Iterator[str]:
    expected = _expected_code(fault, call)
    if call.code != expected:
        yield f"exit code {expected} was expected"
    if "Traceback" in call.err or "Unexpected" in call.err:
        yield "no traceback was expected"
    if "noise" in call.out:
        yield "nothing that the plugin prints was expected among results"
    for word in _words(fault, call):
        if word not in call.out + call.err:
            yield f"{word!r} was expected"
    for word in _blame(fault, call):
        if word not in call.err:
            yield f"{word!r} was expected on standard error"
    is_short = len(call.err.splitlines()) <= LONGEST
    if call.command in (*fault.needs, *fault.lacks) and not is_short:
        yield f"at most {LONGEST} lines were expected"
    if "-o json" in call.command:
        yield from _wrong_json(fault, call)


def _expected_code(fault: Fault, call: Call) -> int:
    if call.command in fault.lacks:
        return 2
    is_examined = call.command == DOCTOR and fault.is_faulty
    return int(is_examined or call.command in fault.needs)


def _words(fault: Fault, call: Call) -> list[str]:
    """Return what a call must say."""
    said = [word for command, word in fault.says if command == call.command]
    return [{**READING, **CHANGING, **CONTROL}.get(call.command, ""), *said]


def _blame(fault: Fault, call: Call) -> tuple[str, ...]:
    """Return what a call must say of the plugin that is broken."""
    must_blame = (
        call.command in (*fault.needs, *fault.lacks)
        or (call.command == DOCTOR and fault.is_faulty)
        or (call.command == "plugin list" and fault.is_listed)
    )
    return (fault.culprit, *fault.cause, fault.fix) if must_blame else ()


def _wrong_json(fault: Fault, call: Call) -> Iterator[str]:
    try:
        content = json.loads(call.out)
    except ValueError:
        yield "JSON was expected"
        return
    if call.command != LIST:
        return
    states = {f"{p['distribution']} {p['version']}": p["state"] for p in content}
    expected = {"able 1.0": "available", "well 1.0": "available"}
    for owner, state in {**expected, fault.culprit: fault.state}.items():
        if states.get(owner) != state:
            yield f"{owner} was expected to be {state}"
