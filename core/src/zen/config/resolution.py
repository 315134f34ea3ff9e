"""Which profile and which stack are active: environment, repository, global."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen.config.environment import read_variable
from zen.context import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen.config.global_configuration import GlobalConfiguration, Settings
    from zen.config.profile import ProfileConfiguration
    from zen.config.repository_folder import RepositoryFolder

__all__ = ["resolve_profile", "resolve_stack"]


def resolve_profile(
    environ: Mapping[str, str],
    folder: RepositoryFolder | None,
    configuration: GlobalConfiguration,
    settings: Settings,
) -> Choice | None:
    """Return the active profile's name, which may lead nowhere."""
    variable, name = read_variable(environ, "ACTIVATED_PROFILE")
    if name:
        return Choice(name, "environment", f"environment variable {variable}")
    if folder and (local := folder.read().active_profile_name):
        return Choice(local, "repository", f"{folder.path}")
    if settings.active_profile_name:
        source = f"{configuration.path}"
        return Choice(settings.active_profile_name, "global", source)
    return None


def resolve_stack(
    environ: Mapping[str, str],
    folder: RepositoryFolder | None,
    configuration: GlobalConfiguration,
    chosen: Choice,
    profile: ProfileConfiguration,
) -> Choice | None:
    """Return the active stack's name, which may lead nowhere.

    A repository's stack counts only where its own profile won; a stack from the
    environment counts for any profile.
    """
    variable, name = read_variable(environ, "ACTIVATED_STACK")
    if name:
        return Choice(name, "environment", f"environment variable {variable}")
    if folder and chosen.scope == "repository":
        local = folder.read().active_stack_name
        if local:
            return Choice(local, "repository", f"{folder.path}")
    if profile.active_stack:
        source = f"profile '{profile.name}' in {configuration.path}"
        return Choice(profile.active_stack, "global", source)
    return None
