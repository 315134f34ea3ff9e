"""What is active here: read it, change it, and say when it leads nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen.catalog import Catalog
from zen.config import (
    Activation,
    GlobalConfiguration,
    LocalSettings,
    ProfileConfiguration,
    Profiles,
    RepositoryFolder,
)
from zen.errors import (
    ConfigurationError,
    DanglingReferenceError,
    ProfileNotFoundError,
)

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = ("ZEN_ACTIVATED_PROFILE", "ZENML_ACTIVATED_PROFILE")


@pytest.fixture
def configuration() -> GlobalConfiguration:
    """Profiles `p`, which is active, and `q`, each with a stack of its own."""
    configuration = GlobalConfiguration()
    with configuration.update() as settings:
        settings.active_profile_name = "p"
        for name in ("p", "q"):
            settings.profiles[name] = ProfileConfiguration(
                name, "local", f"/{name}", f"{name}-stack"
            )
    return configuration


@pytest.fixture
def folder(here: Path) -> RepositoryFolder:
    return RepositoryFolder.create(here, LocalSettings("p", "own-stack"))


@pytest.fixture
def activation(configuration: GlobalConfiguration, notices: list[str]) -> Activation:
    del configuration  # what it needs is that it's written
    return Activation(Profiles(Catalog(), notices.append), None, notices.append)


def active_stack(activation: Activation) -> str | None:
    choice = activation.context.stack_choice
    return choice.name if choice else None


def test_outside_of_a_repository_the_global_profile_is_active(
    activation: Activation,
) -> None:
    assert activation.folder is None
    assert activation.context.profile.name == "p"
    assert active_stack(activation) == "p-stack"


@pytest.mark.usefixtures("folder")
def test_a_repositorys_own_stack_is_active_in_it(activation: Activation) -> None:
    assert active_stack(activation) == "own-stack"


def test_a_profile_is_set_for_everywhere(
    activation: Activation, configuration: GlobalConfiguration, notices: list[str]
) -> None:
    activation.set_profile("q", globally=False)
    assert configuration.load().active_profile_name == "q"
    assert active_stack(activation) == "q-stack"
    assert notices == []


def test_a_profile_that_is_set_in_a_repository_brings_its_stack(
    folder: RepositoryFolder,
    activation: Activation,
    configuration: GlobalConfiguration,
) -> None:
    activation.set_profile("q", globally=False)
    assert folder.read() == LocalSettings("q", "q-stack")
    assert configuration.load().active_profile_name == "p"


def test_a_stack_that_was_chosen_for_a_repository_is_named_when_it_goes(
    folder: RepositoryFolder, activation: Activation, notices: list[str]
) -> None:
    activation.set_profile("q", globally=False)
    activation.set_profile("p", globally=False)
    (told,) = notices
    assert "'q-stack' now; it was 'own-stack' of profile 'p'" in told
    assert folder.read().active_profile_name == "p"


def test_a_profile_that_is_pinned_already_leaves_the_stack_alone(
    folder: RepositoryFolder, activation: Activation, notices: list[str]
) -> None:
    activation.set_profile("p", globally=False)
    assert folder.read() == LocalSettings("p", "own-stack")
    assert notices == []


def test_a_profile_may_be_set_globally_from_within_a_repository(
    folder: RepositoryFolder,
    activation: Activation,
    configuration: GlobalConfiguration,
) -> None:
    activation.set_profile("q", globally=True)
    assert folder.read() == LocalSettings("p", "own-stack")
    assert configuration.load().active_profile_name == "q"


@pytest.mark.parametrize("name", ["gone", "", "..", "a/b", "x" * 101])
def test_a_profile_that_is_not_there_is_not_set(
    activation: Activation, configuration: GlobalConfiguration, name: str
) -> None:
    with pytest.raises(ProfileNotFoundError) as caught:
        activation.set_profile(name, globally=False)
    assert caught.value.available == ["p", "q"]
    assert configuration.load().active_profile_name == "p"


def test_a_stack_is_set_in_the_profile(
    activation: Activation, configuration: GlobalConfiguration
) -> None:
    activation.set_stack("new", globally=False)
    stacks = {p.name: p.active_stack for p in configuration.load().profiles.values()}
    assert stacks == {"p": "new", "q": "q-stack"}


def test_a_stack_that_is_set_in_a_repository_is_its_own(
    folder: RepositoryFolder,
    activation: Activation,
    configuration: GlobalConfiguration,
) -> None:
    activation.set_stack("new", globally=False)
    assert folder.read() == LocalSettings("p", "new")
    assert configuration.load().profile("p").active_stack == "p-stack"


def test_a_stack_may_be_set_globally_from_within_a_repository(
    folder: RepositoryFolder,
    activation: Activation,
    configuration: GlobalConfiguration,
) -> None:
    activation.set_stack("new", globally=True)
    assert folder.read() == LocalSettings("p", "own-stack")
    assert configuration.load().profile("p").active_stack == "new"


def test_a_renamed_stack_stays_active(
    folder: RepositoryFolder,
    activation: Activation,
    configuration: GlobalConfiguration,
) -> None:
    activation.rename_stack("p-stack", "new")
    assert configuration.load().profile("p").active_stack == "new"
    activation.rename_stack("OWN-stack", "newer")
    assert folder.read() == LocalSettings("p", "newer")
    activation.rename_stack("own-stack", "newest")
    assert folder.read() == LocalSettings("p", "newer")


def test_what_is_set_while_a_stack_is_renamed_stays_set(
    folder: RepositoryFolder,
    activation: Activation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = RepositoryFolder.read

    def read(self: RepositoryFolder) -> LocalSettings:
        found = real(self)
        monkeypatch.undo()
        folder.write(LocalSettings("q", "q-stack"))
        return found

    assert activation.folder
    profile = activation.context.profile
    monkeypatch.setattr(RepositoryFolder, "read", read)
    activation.rename_stack("own-stack", "new", profile)
    assert folder.read() == LocalSettings("q", "q-stack")


def test_a_stack_belongs_to_the_profile_of_the_environment(
    folder: RepositoryFolder,
    activation: Activation,
    configuration: GlobalConfiguration,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The repository's stack is one of another profile."""
    monkeypatch.setenv("ZEN_ACTIVATED_PROFILE", "q")
    activation.set_stack("new", globally=False)
    assert folder.read() == LocalSettings("p", "own-stack")
    assert configuration.load().profile("q").active_stack == "new"


@pytest.mark.parametrize("variable", ENVIRONMENT)
def test_a_profile_that_the_environment_overrides_is_set_with_a_warning(
    activation: Activation,
    configuration: GlobalConfiguration,
    notices: list[str],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    monkeypatch.setenv(variable, "p")
    activation.set_profile("q", globally=False)
    assert configuration.load().active_profile_name == "q"
    assert activation.context.profile.name == "p"
    (notice,) = notices
    assert "Warning" in notice
    assert f"{variable} is set, so profile 'p' stays active" in notice


def test_a_stack_that_the_environment_overrides_is_set_with_a_warning(
    activation: Activation, notices: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZENML_ACTIVATED_STACK", "other")
    activation.set_stack("new", globally=False)
    assert active_stack(activation) == "other"
    assert "ZENML_ACTIVATED_STACK is set, so stack 'other' stays" in notices[0]


def test_what_the_environment_says_too_needs_no_warning(
    activation: Activation, notices: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_ACTIVATED_PROFILE", "q")
    activation.set_profile("q", globally=False)
    assert notices == []


@pytest.mark.parametrize("variable", ENVIRONMENT)
def test_a_profile_that_dangles_in_the_environment_says_how_to_mend_it(
    activation: Activation, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "gone")
    with pytest.raises(DanglingReferenceError) as caught:
        _ = activation.context.profile
    error = caught.value
    assert (error.kind, error.name) == ("profile", "gone")
    assert variable in error.source
    assert f"Set {variable} to another one, or unset it" in error.hint
    assert "Available: p, q." in error.hint
    assert activation.context.profile_choice.name == "gone"


def test_a_profile_that_dangles_in_a_repository_says_how_to_mend_it(
    folder: RepositoryFolder, activation: Activation
) -> None:
    folder.write(LocalSettings("gone"))
    with pytest.raises(DanglingReferenceError) as caught:
        _ = activation.context.stack_choice
    assert caught.value.source == str(folder.path)
    assert "'zen profile set NAME'" in caught.value.hint
    activation.set_profile("q", globally=False)
    assert activation.context.profile.name == "q"


def test_a_profile_that_dangles_globally_says_how_to_mend_it(
    activation: Activation, configuration: GlobalConfiguration
) -> None:
    with configuration.update() as settings:
        settings.active_profile_name = "gone"
    with pytest.raises(DanglingReferenceError) as caught:
        _ = activation.context.profile
    assert caught.value.source == str(configuration.path)
    assert "'zen profile set --global NAME'" in caught.value.hint


def test_a_profile_that_was_made_since_the_settings_were_read_is_found(
    configuration: GlobalConfiguration, notices: list[str], here: Path
) -> None:
    profiles = Profiles(Catalog(), notices.append)
    assert "r" not in profiles.configuration.settings.profiles
    with configuration.update() as settings:
        settings.profiles["r"] = ProfileConfiguration("r", "local", "/r", "r-stack")
    RepositoryFolder.create(here, LocalSettings("r", "r-stack"))
    assert Activation(profiles, None, notices.append).context.profile.name == "r"


def test_where_no_profile_is_active_the_file_is_named(
    activation: Activation, configuration: GlobalConfiguration
) -> None:
    with configuration.update() as settings:
        settings.active_profile_name = None
    with pytest.raises(
        ConfigurationError, match="doesn't name an active profile"
    ) as caught:
        _ = activation.context.profile
    assert str(configuration.path) in str(caught.value)
    assert "zen profile set" in caught.value.hint


def test_a_repository_that_dangles_is_an_error(
    activation: Activation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ZEN_REPOSITORY_PATH", str(tmp_path))
    with pytest.raises(DanglingReferenceError, match="repository") as caught:
        _ = activation.context.profile
    assert "ZEN_REPOSITORY_PATH" in caught.value.hint
