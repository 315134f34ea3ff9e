"""What this distribution offers to Zen."""

from __future__ import annotations

from zen.plugin import DefaultComponentSpec, FlavorSpec, hookimpl

__all__ = ["zen_default_components", "zen_flavors"]


@hookimpl
def zen_flavors() -> list[FlavorSpec]:
    """Offer the orchestrator, the artifact store and the secrets of this host."""
    return [
        FlavorSpec(
            type="orchestrator",
            name="local",
            source="zen_local.orchestrator:LocalOrchestrator",
            summary="Steps one after another, in this process.",
        ),
        FlavorSpec(
            type="artifact_store",
            name="local",
            source="zen_local.artifact_store:LocalArtifactStore",
            summary="Artifacts in a folder of this host.",
        ),
        FlavorSpec(
            type="secrets_manager",
            name="local",
            source="zen_local.secrets_manager:LocalSecretsManager",
            summary="Secrets in a folder of this host, encrypted.",
        ),
    ]


@hookimpl
def zen_default_components() -> list[DefaultComponentSpec]:
    """Offer the first two to the default stack of a new profile."""
    return [
        DefaultComponentSpec("orchestrator", "local"),
        DefaultComponentSpec("artifact_store", "local"),
    ]
