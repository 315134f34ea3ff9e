"""Zen keeps ML code apart from the infrastructure that it runs on.

The names that a user types are here; each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from zen import flavor_modules

if TYPE_CHECKING:
    from zen.components import (
        BaseAlerter,
        BaseArtifactStore,
        BaseContainerRegistry,
        BaseExperimentTracker,
        BaseFeatureStore,
        BaseMetadataStore,
        BaseModelDeployer,
        BaseOrchestrator,
        BaseSecretsManager,
        BaseStepOperator,
        StackComponent,
    )
    from zen.repository import Repository
    from zen.stack import Stack, StackValidator

__all__ = [
    "BaseAlerter",
    "BaseArtifactStore",
    "BaseContainerRegistry",
    "BaseExperimentTracker",
    "BaseFeatureStore",
    "BaseMetadataStore",
    "BaseModelDeployer",
    "BaseOrchestrator",
    "BaseSecretsManager",
    "BaseStepOperator",
    "Repository",
    "Stack",
    "StackComponent",
    "StackValidator",
    "__version__",
]

__version__ = "1.0.0"

_HOMES: Final = {
    "Repository": "zen.repository",
    "Stack": "zen.stack",
    "StackValidator": "zen.stack",
}

flavor_modules.install(__name__, type(__spec__))


def __getattr__(name: str) -> object:
    """Import what is asked for (PEP 562), so that `import zen` costs nothing."""
    if name in __all__:
        return getattr(import_module(_HOMES.get(name, "zen.components")), name)
    message = f"module 'zen' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return __all__
