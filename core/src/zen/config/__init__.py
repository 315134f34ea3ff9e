"""What is configured on this host: profiles, and which of them is active where."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zen.config.activation import Activation
    from zen.config.configuration_file import ConfigurationFile
    from zen.config.global_configuration import GlobalConfiguration, Settings
    from zen.config.notices import wants_notices
    from zen.config.plugin_settings import PluginSettings
    from zen.config.profile import ProfileConfiguration
    from zen.config.profile_history import ProfileHistory
    from zen.config.profiles import Profiles
    from zen.config.repository_folder import LocalSettings, RepositoryFolder
    from zen.context import Choice

__all__ = [
    "Activation",
    "Choice",
    "ConfigurationFile",
    "GlobalConfiguration",
    "LocalSettings",
    "PluginSettings",
    "ProfileConfiguration",
    "ProfileHistory",
    "Profiles",
    "RepositoryFolder",
    "Settings",
    "wants_notices",
]

_HOMES: Final = {
    "Activation": "activation",
    "Choice": "resolution",
    "ConfigurationFile": "configuration_file",
    "GlobalConfiguration": "global_configuration",
    "LocalSettings": "repository_folder",
    "PluginSettings": "plugin_settings",
    "ProfileConfiguration": "profile",
    "ProfileHistory": "profile_history",
    "Profiles": "profiles",
    "RepositoryFolder": "repository_folder",
    "Settings": "global_configuration",
    "wants_notices": "notices",
}


def __getattr__(name: str) -> object:
    """Import what is asked for: every command asks for plugins, few for profiles."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
