"""Which profile and which stack are active: environment, repository, global."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.config import (
    Choice,
    GlobalConfiguration,
    LocalSettings,
    ProfileConfiguration,
    RepositoryFolder,
    Settings,
)
from zen.config.environment import read_variable
from zen.config.resolution import resolve_profile, resolve_stack

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = "ACTIVATED_PROFILE"
STACK = "ACTIVATED_STACK"


def folder(here: Path, profile: str | None, stack: str | None) -> RepositoryFolder:
    return RepositoryFolder.create(here, LocalSettings(profile, stack))


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, ("ZEN_X", "")),
        ({"ZEN_X": "a"}, ("ZEN_X", "a")),
        ({"ZENML_X": "b"}, ("ZENML_X", "b")),
        ({"ZEN_X": "a", "ZENML_X": "b"}, ("ZEN_X", "a")),
        ({"ZEN_X": "", "ZENML_X": "b"}, ("ZENML_X", "b")),
        ({"ZEN_X": ""}, ("ZEN_X", "")),
    ],
)
def test_a_variable_has_two_spellings(
    environ: dict[str, str], expected: tuple[str, str]
) -> None:
    assert read_variable(environ, "X") == expected


@pytest.mark.parametrize("prefix", ["ZEN", "ZENML"])
@pytest.mark.parametrize(
    ("environment", "repository", "globally", "scope"),
    [
        ("e", "r", "g", "environment"),
        ("e", None, None, "environment"),
        (None, "r", "g", "repository"),
        (None, "r", None, "repository"),
        (None, None, "g", "global"),
    ],
)
def test_the_profile_is_that_of_the_nearest(
    here: Path,
    prefix: str,
    environment: str | None,
    repository: str | None,
    globally: str | None,
    scope: str,
) -> None:
    environ = {f"{prefix}_{PROFILE}": environment} if environment else {}
    choice = resolve_profile(
        environ,
        folder(here, repository, None),
        GlobalConfiguration(),
        Settings(globally),
    )
    assert choice is not None
    assert (choice.name, choice.scope) == (scope[0], scope)


def test_where_nobody_says_so_no_profile_is_active(here: Path) -> None:
    configuration = GlobalConfiguration()
    pins_nothing = folder(here, None, "stack")
    assert resolve_profile({}, None, configuration, Settings()) is None
    assert resolve_profile({}, pins_nothing, configuration, Settings()) is None


@pytest.mark.parametrize("scope", ["environment", "repository", "global"])
def test_a_choice_says_where_it_comes_from(
    here: Path, config: Path, scope: str
) -> None:
    environ = {"ZENML_ACTIVATED_PROFILE": "p"} if scope == "environment" else {}
    repository = folder(here, "p", None) if scope == "repository" else None
    choice = resolve_profile(environ, repository, GlobalConfiguration(), Settings("p"))
    assert choice is not None
    assert (
        choice.source
        == {
            "environment": "environment variable ZENML_ACTIVATED_PROFILE",
            "repository": str(here / ".zen" / "config.yaml"),
            "global": str(config / "config.yaml"),
        }[scope]
    )


@pytest.mark.parametrize(
    ("environment", "winner", "pinned", "own", "expected"),
    [
        ("e", "global", "r", "g", "e"),
        ("e", "repository", "r", "g", "e"),
        (None, "repository", "r", "g", "r"),
        (None, "repository", None, "g", "g"),
        (None, "environment", "r", "g", "g"),
        (None, "global", "r", "g", "g"),
        (None, "repository", None, None, None),
    ],
)
def test_a_stack_counts_only_with_its_own_profile(
    here: Path,
    environment: str | None,
    winner: str,
    pinned: str | None,
    own: str | None,
    expected: str | None,
) -> None:
    choice = resolve_stack(
        {f"ZEN_{STACK}": environment} if environment else {},
        folder(here, "p", pinned),
        GlobalConfiguration(),
        Choice("p", winner, ""),  # type: ignore[arg-type]  # one of the three
        ProfileConfiguration("p", "local", "/x", active_stack=own),
    )
    assert (choice.name if choice else None) == expected


def test_outside_of_a_repository_the_profiles_stack_counts(config: Path) -> None:
    choice = resolve_stack(
        {},
        None,
        GlobalConfiguration(),
        Choice("p", "global", ""),
        ProfileConfiguration("p", "local", "/x", active_stack="s"),
    )
    source = f"profile 'p' in {config / 'config.yaml'}"
    assert choice == Choice("s", "global", source)
