"""Every sort of plugin that can be begun with; imports nothing of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zen.scaffold import Kind

__all__ = ["CASES", "TYPES"]

TYPES: Final = (
    "alerter",
    "artifact_store",
    "container_registry",
    "experiment_tracker",
    "feature_store",
    "metadata_store",
    "model_deployer",
    "orchestrator",
    "secrets_manager",
    "step_operator",
)
# The kind and the type, by the name of the distribution.
CASES: Final[dict[str, tuple[Kind, str]]] = {
    **{f"trial-{name.replace('_', '-')}": ("flavor", name) for name in TYPES},
    "zen-plugin-trial-shelf": ("store", ""),
    "Trial.Count": ("command", ""),
    "trial-checks": ("component-type", "data_validator"),
    "trial_runner": ("orchestrator", ""),
}
