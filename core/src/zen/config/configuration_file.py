"""The file `config.yaml`, read and parsed once."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from zen.errors import DamagedDataError
from zen.folders import config_file

__all__ = ["ConfigurationFile"]

# What only ZenML keeps in a file of that name.
_ZENML: Final = {"activated_profile", "analytics_opt_in", "user_id"}


class ConfigurationFile:
    """Hold what `config.yaml` said when it was first looked at.

    All that a command needs of the file it takes from one of these.

    Args:
        path: The file; that in the configuration folder by default.
    """

    def __init__(self, path: str = "") -> None:
        self.path = path or config_file()

    def again(self) -> ConfigurationFile:
        """Return the file as it is now."""
        return ConfigurationFile(self.path)

    @cached_property
    def data(self) -> bytes | None:
        """What the file holds, or None if there is none.

        Raises:
            StoreUnavailableError: It exists and can't be read.
        """
        try:
            return self.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            # Load YAML, which commands that look at the file's bytes only don't need.
            from pathlib import Path

            from zen.stores.yaml_files import unavailable

            raise unavailable("read", Path(self.path), error) from error

    @cached_property
    def content(self) -> dict[str, object]:
        """What the file says; an absent one says nothing.

        Raises:
            DamagedDataError: It can't be read as what it should be.
            StoreUnavailableError: It exists and can't be read.
        """
        if self.data is None:
            return {}
        from pathlib import Path  # as above

        from zen.stores.yaml_files import check_end_mark, parse_yaml

        path = Path(self.path)
        content = parse_yaml(self.data, path, end_mark=False)
        if content.keys() & _ZENML:
            error = DamagedDataError(path, "it is ZenML's configuration")
            error.hint = "Choose another folder for Zen with ZEN_CONFIG_PATH."
            raise error
        check_end_mark(self.data, path)
        return content

    def read(self) -> bytes:
        """Read the file; this is the one place that does."""
        with open(self.path, "rb") as file:
            return file.read()
