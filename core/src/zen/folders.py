"""Where Zen keeps its own files on this host."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "absolute_path",
    "cache_folder",
    "config_file",
    "config_folder",
    "local_stores_folder",
]


def absolute_path(text: str) -> str:
    """Return a path, or a `file:` URL, as an absolute path of this host.

    Raises:
        ValueError: The URL names another host.
    """
    from pathlib import Path  # as in `config_folder`

    if text.startswith("file:"):
        from urllib.parse import unquote_to_bytes, urlsplit  # few paths are URLs

        parts = urlsplit(text)
        if parts.netloc not in {"", "localhost"}:
            message = f"'{text}' names a host; write file:///PATH, or a plain path"
            raise ValueError(message)
        text = os.fsdecode(unquote_to_bytes(parts.path))
    return str(Path(text).expanduser().absolute())


def config_folder() -> Path:
    """Return the configuration folder: `ZEN_CONFIG_PATH`, else the platform's own."""
    # Costs a tenth of what the cheapest command does, and those need texts only.
    from pathlib import Path

    return Path(_folder("config"))


def config_file() -> str:
    """Return the path of the global configuration."""
    return os.path.join(_folder("config"), "config.yaml")


def cache_folder() -> str:
    """Return the folder of what can be made anew: `ZEN_CACHE_PATH`, if set.

    Otherwise it is inside of `ZEN_CONFIG_PATH`, if set, else the platform's own.
    """
    if configured := os.environ.get("ZEN_CACHE_PATH"):
        return os.path.abspath(os.path.expanduser(configured))
    return _folder("cache")


def local_stores_folder(owner: object) -> Path:
    """Return this host's data folder of the component with the uuid `owner`.

    A component that keeps its files on the host stores no path, so that the
    profile that it belongs to works on every host.
    """
    return config_folder() / "local_stores" / str(owner)


def _folder(purpose: Literal["config", "cache"]) -> str:
    if configured := os.environ.get("ZEN_CONFIG_PATH"):
        folder = os.path.abspath(os.path.expanduser(configured))
        return os.path.join(folder, "cache") if purpose == "cache" else folder
    if sys.platform.startswith("linux"):
        # As platformdirs has it, whose import costs a quarter of what click's does.
        base = os.environ.get(f"XDG_{purpose.upper()}_HOME", "")
        if not os.path.isabs(base):
            base = os.path.expanduser(f"~/.{purpose}")
        if os.path.isabs(os.environ.get("HOME", base)):
            return os.path.join(base, "zen")
    import platformdirs

    if purpose == "config":
        return platformdirs.user_config_dir("zen", appauthor=False)
    return platformdirs.user_cache_dir("zen", appauthor=False)
