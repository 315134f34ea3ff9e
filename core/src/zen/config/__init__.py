"""What is configured on this host: profiles, and which of them is active where."""

from __future__ import annotations

from zen.config.activation import Activation
from zen.config.global_configuration import GlobalConfiguration, Settings
from zen.config.plugin_settings import PluginSettings
from zen.config.profile import ProfileConfiguration
from zen.config.profiles import Profiles
from zen.config.repository_folder import LocalSettings, RepositoryFolder
from zen.config.resolution import Choice

__all__ = [
    "Activation",
    "Choice",
    "GlobalConfiguration",
    "LocalSettings",
    "PluginSettings",
    "ProfileConfiguration",
    "Profiles",
    "RepositoryFolder",
    "Settings",
]
