"""The tree of errors: what each says, carries and derives from."""

from __future__ import annotations

import inspect
import pickle
import re
import sys
from pathlib import Path
from traceback import format_exception

import pytest

from zen import errors
from zen.errors import (
    ConflictError,
    DamagedDataError,
    DanglingReferenceError,
    NotFoundError,
    PluginLoadError,
    ProfileNotFoundError,
    StackComponentNotFoundError,
    StackNotFoundError,
    StepFailedError,
    StoreDriverNotFoundError,
    ZenError,
    did_you_mean,
)

CLASSES = [cls for _, cls in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_is_a_zen_error(cls: type) -> None:
    assert issubclass(cls, ZenError)


def test_the_drawn_tree_is_the_tree() -> None:
    drawn = re.findall(r"[├└]── (\w+)", errors.__doc__ or "")
    assert {"ZenError", *drawn} == {cls.__name__ for cls in CLASSES}


@pytest.mark.parametrize(
    ("cls", "builtin"),
    [
        (errors.NotFoundError, KeyError),
        (errors.AlreadyExistsError, ValueError),
        (errors.InUseError, ValueError),
        (errors.InvalidNameError, ValueError),
        (errors.ComponentConfigurationError, ValueError),
        (errors.StackValidationError, ValueError),
    ],
)
def test_who_expects_a_builtin_error_gets_it(cls: type, builtin: type) -> None:
    assert issubclass(cls, builtin)


def test_an_error_carries_its_message_and_hint() -> None:
    error = ZenError("It failed.", hint="Do that.")
    assert (str(error), error.message, error.hint) == (
        "It failed.",
        "It failed.",
        "Do that.",
    )


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [("prodd", "Prod"), ("PROD", "Prod"), ("devv", "dev"), ("zzz", "")],
)
def test_the_nearest_name_is_suggested_whatever_its_case(
    name: str, suggestion: str
) -> None:
    expected = f" Did you mean '{suggestion}'?" if suggestion else ""
    assert did_you_mean(name, ["Prod", "dev"]) == expected


def test_what_is_not_found_shows_what_there_is() -> None:
    error = StackNotFoundError("prd", ["prod", "dev"], hint="See 'zen stack list'.")
    assert str(error) == (
        "Stack 'prd' does not exist. Did you mean 'prod'? Available: dev, prod."
    )
    assert (error.name, error.available) == ("prd", ["dev", "prod"])


def test_what_is_not_found_where_there_is_nothing_says_no_more() -> None:
    assert str(ProfileNotFoundError("x")) == "Profile 'x' does not exist."


def test_what_is_not_found_names_the_group_that_was_searched() -> None:
    error = StoreDriverNotFoundError("x", of="here")
    assert str(error) == "Store type 'x' does not exist here."


def test_a_missing_component_is_titled_by_its_type() -> None:
    error = StackComponentNotFoundError("artifact_store", "x", [])
    assert str(error) == "Artifact store 'x' does not exist."
    assert "'zen artifact-store list'" in error.hint
    assert error.component_type == "artifact_store"


def test_the_kind_of_one_missing_component_is_not_that_of_all() -> None:
    StackComponentNotFoundError("artifact_store", "x", [])
    assert NotFoundError.kind == StackComponentNotFoundError.kind == "object"


@pytest.mark.parametrize(("line", "place"), [(3, "a.yaml, line 3"), (None, "a.yaml")])
def test_damage_is_placed(line: int | None, place: str) -> None:
    error = DamagedDataError(Path("a.yaml"), "bad", line=line)
    assert str(error) == f"{place}: bad"
    assert (error.where, error.reason, error.line) == (Path("a.yaml"), "bad", line)
    assert error.hint


@pytest.mark.parametrize(
    "error",
    [
        ZenError("It failed.", hint="Do that."),
        DamagedDataError(Path("a.yaml"), "bad", line=3),
        StackComponentNotFoundError("artifact_store", "x", ["y"]),
        StepFailedError("train", "run-1"),
        PluginLoadError("x", plugin="acme", distribution="acme 1.0", hint="y"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_survives_the_way_to_another_process(error: ZenError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - its own
    assert type(copy) is type(error)
    assert (str(copy), vars(copy)) == (str(error), vars(error))


def test_what_has_no_kind_is_not_found_either() -> None:
    assert "'x' does not exist" in str(StackComponentNotFoundError("", "x", []))


def test_a_dangling_reference_says_who_set_it() -> None:
    error = DanglingReferenceError("stack", "x", source="a.yaml", hint="Mend it.")
    assert str(error) == "The active stack 'x', set by a.yaml, does not exist."
    assert (error.kind, error.name, error.source) == ("stack", "x", "a.yaml")


def test_a_conflict_says_that_nothing_was_written() -> None:
    error = ConflictError("Stack 'x'")
    assert error.subject == "Stack 'x'"
    assert "nothing was written" in str(error)


def test_a_failed_step_leads_to_its_run() -> None:
    error = StepFailedError("train", "run-1")
    assert (error.step, error.run_name) == ("train", "run-1")
    assert "run-1" in error.hint


def test_a_plugins_error_names_its_owner() -> None:
    error = PluginLoadError("x", plugin="acme", distribution="acme 1.0", hint="y")
    assert (error.plugin, error.distribution) == ("acme", "acme 1.0")


@pytest.mark.skipif(sys.version_info < (3, 11), reason="tracebacks show no notes")
def test_a_traceback_shows_the_hint() -> None:
    error = ZenError("It fails.", hint="Mend it.")
    assert format_exception(error)[-1] == "Mend it.\n"
    error.hint = "Try again."
    assert format_exception(error)[-1] == "Try again.\n"
    assert "It fails." in format_exception(ZenError("It fails."))[-1]
    assert format_exception(pickle.loads(pickle.dumps(error)))[-1] == "Try again.\n"  # noqa: S301


@pytest.mark.parametrize("name", errors.__all__)
def test_the_arguments_of_every_constructor_are_described(name: str) -> None:
    cls = getattr(errors, name)
    if not isinstance(cls, type) or "__init__" not in vars(cls):
        return
    section = (inspect.getdoc(cls) or "").partition("Args:")[2]
    described = re.findall(r"^    (\w+):", section, re.MULTILINE)
    assert described == list(inspect.signature(cls).parameters)
