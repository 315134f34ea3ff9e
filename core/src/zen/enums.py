"""The names of the component types, for code that was written for ZenML."""

from __future__ import annotations

from enum import Enum

__all__ = ["StackComponentType"]


class StackComponentType(str, Enum):
    """The component types of the core; each member is equal to its name as a text."""

    ALERTER = "alerter"
    ARTIFACT_STORE = "artifact_store"
    CONTAINER_REGISTRY = "container_registry"
    EXPERIMENT_TRACKER = "experiment_tracker"
    FEATURE_STORE = "feature_store"
    METADATA_STORE = "metadata_store"
    MODEL_DEPLOYER = "model_deployer"
    ORCHESTRATOR = "orchestrator"
    SECRETS_MANAGER = "secrets_manager"
    STEP_OPERATOR = "step_operator"

    def __str__(self) -> str:
        # The versions of Python differ in what a text with it says.
        return self.value

    def __format__(self, format_spec: str) -> str:
        return format(self.value, format_spec)
