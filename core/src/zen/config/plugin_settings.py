"""Which plugins may be used on this host: `plugins:` in the global configuration."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from zen.catalog import Owner, PluginPolicy
from zen.config.configuration_file import ConfigurationFile
from zen.errors import DamagedDataError, ZenError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["PluginSettings"]

_KEYS = ("allow", "deny", "prefer")


class PluginSettings:
    """Read and change which plugins may be used.

    `ZEN_PLUGINS=none`, or a list such as `ZEN_PLUGINS=local,sqlite`, takes the place
    of what the configuration allows and denies. `ZEN_PLUGINS_STRICT=1` stops at the
    first plugin that fails.

    Args:
        file: The configuration, where it has been read already.
    """

    def __init__(self, file: ConfigurationFile | None = None) -> None:
        self.file = file or ConfigurationFile()
        self.path = self.file.path

    def policy(self) -> PluginPolicy:
        """Return what is decided about plugins.

        What the environment says counts whether or not the configuration can be read.

        Raises:
            DamagedDataError: The configuration isn't what it should be.
        """
        settings: dict[str, list[str]] = {}
        try:
            settings = self._load()
        except ZenError:
            if not os.environ.get("ZEN_PLUGINS", "").strip():
                raise
        strict = os.environ.get("ZEN_PLUGINS_STRICT", "") not in {"", "0"}
        prefer = tuple(settings.get("prefer") or ())
        chosen = os.environ.get("ZEN_PLUGINS", "").strip()
        if chosen:
            names = () if chosen == "none" else tuple(chosen.split(","))
            return PluginPolicy(
                allow=tuple(name.strip() for name in names if name.strip()),
                prefer=prefer,
                strict=strict,
                source="the environment variable ZEN_PLUGINS",
            )
        allow = settings.get("allow")
        return PluginPolicy(
            allow=None if allow is None else tuple(allow),
            deny=tuple(settings.get("deny") or ()),
            prefer=prefer,
            strict=strict,
            source=f"'plugins' in {self.path}",
        )

    def enable(self, owner: Owner) -> None:
        """Let a plugin be used again, by whatever name it is called."""

        def change(settings: dict[str, list[str]]) -> None:
            settings["deny"] = _without(settings.get("deny", ()), owner)
            allow = settings.get("allow")
            if allow is not None and not PluginPolicy(tuple(allow)).admits(owner):
                allow.append(owner.plugin)

        self._change(change)

    def disable(self, name: str) -> None:
        """Keep a plugin from being used, and from being imported."""

        def change(settings: dict[str, list[str]]) -> None:
            settings["deny"] = sorted({*settings.get("deny", ()), name})

        self._change(change)

    def forget(self, name: str) -> bool:
        """Take the name of a plugin that isn't there from those not to be used.

        Returns:
            Whether it was among them.
        """
        denied = self._load().get("deny") or []
        kept = _without(denied, Owner(name, name, ""))
        if kept == denied:
            return False
        self._change(lambda settings: settings.update(deny=kept))
        return True

    def _change(self, change: Callable[[dict[str, list[str]]], None]) -> None:
        # Loads YAML, which most calls need not: few people say anything about plugins.
        from zen.config.global_configuration import GlobalConfiguration

        with GlobalConfiguration(self.file).update() as settings:
            plugins = self._check(settings.rest)
            change(plugins)
            # To allow nothing is to say something.
            kept = {k: names for k, names in plugins.items() if names or k == "allow"}
            settings.rest["plugins"] = kept
        self.file = self.file.again()

    def _load(self) -> dict[str, list[str]]:
        if b"plugins" not in (self.file.data or b""):
            return {}
        return self._check(self.file.content)

    def _check(self, rest: Mapping[str, object]) -> dict[str, list[str]]:
        plugins = rest.get("plugins") or {}
        path = self.path
        if not isinstance(plugins, dict):
            raise DamagedDataError(path, "'plugins' must be a mapping")
        for key, names in plugins.items():
            if key not in _KEYS:
                reason = f"'plugins' has no key '{key}'; it has {', '.join(_KEYS)}"
                raise DamagedDataError(path, reason)
            if not isinstance(names, list) or not all(
                isinstance(name, str) for name in names
            ):
                raise DamagedDataError(
                    path, f"'plugins: {key}' must be a list of names"
                )
        return plugins


def _without(names: Iterable[str], owner: Owner) -> list[str]:
    return [name for name in names if PluginPolicy(deny=(name,)).admits(owner)]
