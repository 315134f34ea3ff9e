"""Write pipelines as plain functions, and run them on any stack.

The names that a user types are here; each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zen_pipelines.pipelines import Pipeline, PipelineDefinition, pipeline
    from zen_pipelines.steps import Step, step
    from zen_pipelines.views import (
        ArtifactView,
        PipelineRunView,
        PipelineView,
        StepView,
        get_pipeline,
        get_pipelines,
    )

__all__ = [
    "ArtifactView",
    "Pipeline",
    "PipelineDefinition",
    "PipelineRunView",
    "PipelineView",
    "Step",
    "StepView",
    "__version__",
    "get_pipeline",
    "get_pipelines",
    "pipeline",
    "step",
]

__version__ = "1.0.0"

_HOMES: Final = {
    "Pipeline": "zen_pipelines.pipelines",
    "PipelineDefinition": "zen_pipelines.pipelines",
    "Step": "zen_pipelines.steps",
    "pipeline": "zen_pipelines.pipelines",
    "step": "zen_pipelines.steps",
}


def __getattr__(name: str) -> object:
    """Import what is asked for (PEP 562), so that the plugin module stays light."""
    if name in __all__:
        home = _HOMES.get(name, "zen_pipelines.views")
        return getattr(import_module(home), name)
    message = f"module 'zen_pipelines' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return __all__
