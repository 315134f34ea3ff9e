"""Where Zen keeps its own files on this host."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["config_folder", "local_stores_folder"]


def config_folder() -> Path:
    """Return the configuration folder: `ZEN_CONFIG_PATH`, else the platform's own."""
    if configured := os.environ.get("ZEN_CONFIG_PATH"):
        return Path(configured).expanduser().absolute()
    # Only needed where the environment doesn't say it: an import saved elsewhere.
    from platformdirs import user_config_path

    return user_config_path("zen", appauthor=False)


def local_stores_folder(owner: object) -> Path:
    """Return this host's data folder of the component with the uuid `owner`.

    A component that keeps its files on the host stores no path, so that the
    profile that it belongs to works on every host.
    """
    return config_folder() / "local_stores" / str(owner)
