"""Stack components: the base of all, and the abstract base of each type."""

from __future__ import annotations

from zen.components.alerter import BaseAlerter
from zen.components.artifact_store import BaseArtifactStore
from zen.components.base import StackComponent
from zen.components.container_registry import BaseContainerRegistry
from zen.components.experiment_tracker import BaseExperimentTracker
from zen.components.feature_store import BaseFeatureStore
from zen.components.metadata_store import BaseMetadataStore
from zen.components.model_deployer import BaseModelDeployer
from zen.components.orchestrator import BaseOrchestrator
from zen.components.secrets_manager import BaseSecretsManager
from zen.components.step_operator import BaseStepOperator

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
    "StackComponent",
]
