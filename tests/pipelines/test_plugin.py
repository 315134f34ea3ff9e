"""The distribution's public names, and how light its plugin module is."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import click
import pytest

import zen_pipelines
from zen_pipelines.plugin import zen_commands


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


def test_commands_are_click_commands() -> None:
    for spec in zen_commands():
        module, _, name = spec.source.partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        assert command.get_short_help_str(100) == spec.summary


def test_plugin_module_is_light() -> None:
    code = (
        "import sys, zen_pipelines.plugin;"
        "heavy = {'pydantic', 'yaml', 'sqlalchemy', 'cloudpickle', 'click'};"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
