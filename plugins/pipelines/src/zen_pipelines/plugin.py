"""What this distribution offers to Zen."""

from __future__ import annotations

from zen.plugin import CommandSpec, hookimpl

__all__ = ["zen_commands"]


@hookimpl
def zen_commands() -> list[CommandSpec]:
    """Offer the commands that run pipelines and show their runs."""
    return [
        CommandSpec(
            "run",
            "zen_pipelines.cli:run",
            "Run a pipeline on the active stack.",
            section="pipelines",
        ),
        CommandSpec(
            "pipeline",
            "zen_pipelines.cli:pipeline",
            "See the runs of your pipelines.",
            section="pipelines",
        ),
    ]
