"""The environment variables that decide what is active in a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read_variable"]


def read_variable(environ: Mapping[str, str], name: str) -> tuple[str, str]:
    """Return the variable's full name and its value, which is "" if it isn't set.

    `ZENML_…` is read too, so that scripts written for the original go on working.

    Args:
        environ: The environment.
        name: The name without its prefix: `ACTIVATED_PROFILE`.
    """
    for prefix in ("ZEN", "ZENML"):
        variable = f"{prefix}_{name}"
        if value := environ.get(variable):
            return variable, value
    return f"ZEN_{name}", ""
