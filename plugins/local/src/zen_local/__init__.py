"""Run pipelines, and keep artifacts and secrets, on this host.

The names that a user types are here; each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zen_local.artifact_store import LocalArtifactStore
    from zen_local.orchestrator import LocalOrchestrator
    from zen_local.secrets_manager import LocalSecretsManager

__all__ = [
    "LocalArtifactStore",
    "LocalOrchestrator",
    "LocalSecretsManager",
    "__version__",
]

__version__ = "1.0.0"

_HOMES: Final = {
    "LocalArtifactStore": "zen_local.artifact_store",
    "LocalOrchestrator": "zen_local.orchestrator",
    "LocalSecretsManager": "zen_local.secrets_manager",
}


def __getattr__(name: str) -> object:
    """Import what is asked for (PEP 562), so that `import zen_local` costs nothing."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    message = f"module 'zen_local' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return __all__
