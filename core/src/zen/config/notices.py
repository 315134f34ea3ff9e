"""Whether the user wants notices: what is said beside results, errors and warnings."""

from __future__ import annotations

import os

from zen.config.configuration_file import ConfigurationFile
from zen.errors import ZenError

__all__ = ["wants_notices"]


def wants_notices(file: ConfigurationFile | None = None) -> bool:
    """Return whether `ZEN_QUIET` and `notices` in the configuration let notices pass.

    Args:
        file: The configuration, where it has been read already.
    """
    if os.environ.get("ZEN_QUIET", "") not in {"", "0"}:
        return False
    file = file or ConfigurationFile()
    try:
        # The bytes spare most calls the parsing.
        is_said = b"notices" in (file.data or b"")
        return not is_said or file.content.get("notices") is not False
    except ZenError:
        # The commands that need the configuration will say what is wrong with it.
        return True
