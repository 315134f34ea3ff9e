"""The core's own plugin: what Zen offers before anything else is installed.

It is written as any other plugin is, and goes through the same hooks.
"""

from __future__ import annotations

from zen.plugin import CommandSpec, ComponentTypeSpec, StoreDriverSpec, hookimpl

__all__ = [
    "zen_commands",
    "zen_component_types",
    "zen_store_drivers",
]


@hookimpl
def zen_store_drivers() -> list[StoreDriverSpec]:
    """Offer the driver that keeps a profile in a folder of YAML files."""
    return [
        StoreDriverSpec(
            "local", "zen.stores.local:LocalStoreDriver", "A folder of YAML files."
        )
    ]


@hookimpl
def zen_component_types() -> list[ComponentTypeSpec]:
    """Offer the ten component types, in the order in which stacks are brought up."""
    return [
        _component_type("orchestrator", "o", "Orchestrates the runs of your pipelines"),
        _component_type("artifact_store", "a", "Keeps what your pipelines produce"),
        _component_type("metadata_store", "m", "Tracks the runs of your pipelines"),
        _component_type(
            "container_registry",
            "c",
            "Keeps your containers",
            plural="container_registries",
        ),
        _component_type("secrets_manager", "x", "Keeps your secrets in one place"),
        _component_type("step_operator", "s", "Runs single steps in environments"),
        _component_type("feature_store", "f", "Manages your features"),
        _component_type("model_deployer", "d", "Serves your models online"),
        _component_type("experiment_tracker", "e", "Tracks your experiments"),
        _component_type("alerter", "al", "Sends alerts through channels"),
    ]


def _component_type(
    name: str, option: str, summary: str, *, plural: str = ""
) -> ComponentTypeSpec:
    class_name = "Base" + name.title().replace("_", "")
    base = f"zen.components.{name}:{class_name}"
    return ComponentTypeSpec(name, plural or f"{name}s", base, option, f"{summary}.")


@hookimpl
def zen_commands() -> list[CommandSpec]:
    """Offer the core's commands; each component type gets one more."""
    stacks = {
        "stack": "Manage stacks.",
        "profile": "Manage profiles.",
        "status": "Show what is active and what is wrong.",
        "apply": "Change stacks to match a file.",
        "secret": "Manage the active stack's secrets.",
        "flavor": "See the available flavors.",
        "init": "Make a folder a Zen repository.",
        "repo": "Manage the repository you are in.",
    }
    setup = {
        "plugin": "See the installed plugins.",
        "which": "Show which plugin something comes from.",
        "completion": "Print the script for a shell's completion.",
        "schema": "Print the JSON schema of stack files.",
        "version": "Show the version of Zen.",
    }
    return [
        CommandSpec(name, f"zen.cli.{name}:{name}", summary, section)
        for section, commands in {"stacks": stacks, "setup": setup}.items()
        for name, summary in commands.items()
    ]
