"""The distribution's public names, and how light its plugin module is."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import pytest

import zen_pipelines
from zen.testing import PluginContract
from zen_pipelines import plugin

if TYPE_CHECKING:
    import click


class TestPlugin(PluginContract):
    @pytest.fixture
    def plugin_module(self) -> str:
        return plugin.__name__


def test_exports_these_names() -> None:
    assert dir(zen_pipelines) == [
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


@pytest.mark.parametrize("name", zen_pipelines.__all__)
def test_exported_names_resolve(name: str) -> None:
    exported = getattr(zen_pipelines, name)
    assert getattr(exported, "__name__", name) == name


def test_names_no_other() -> None:
    with pytest.raises(AttributeError, match="no attribute 'stepp'"):
        getattr(zen_pipelines, "stepp")  # noqa: B009 - mypy refuses the attribute


def test_commands_are_summed_up_alike_everywhere() -> None:
    for spec in plugin.zen_commands():
        module, _, name = spec.source.partition(":")
        command: click.Command = getattr(import_module(module), name)
        assert command.get_short_help_str(100) == spec.summary
