"""Whoever comes from ZenML is led to commands that exist."""

from __future__ import annotations

import re
from importlib import import_module

import click
import pytest

from tests.docs.pages import DOCS
from zen.cli.main import main

PAGE = (DOCS / "reference" / "coming-from-zenml.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"`zen ([a-z][a-z-]*(?: [a-z][a-z-]*)*)", PAGE)))
# The commands of the original, each once; those of the types with one of these.
THEIRS = """
profile create, profile list, profile describe, profile get, profile set,
profile delete, profile explain, stack register, stack list, stack describe, stack get,
stack set, stack update, stack rename, stack remove-component, stack delete, stack up,
stack down, stack copy, stack export, stack import, artifact-store register,
artifact-store list, artifact-store describe, artifact-store get, artifact-store update,
artifact-store rename, artifact-store remove-attribute, artifact-store delete,
artifact-store copy, artifact-store up, artifact-store down, artifact-store flavor list,
artifact-store flavor register, artifact-store explain, secret register, secret list,
secret get, secret update, secret delete, init, clean, version, pipeline run,
integration list, integration install, user, team, role, project, server, feature,
served-models, example, go, analytics, logging, data-validator
"""


@pytest.mark.parametrize("line", COMMANDS)
def test_each_command_that_is_named_exists(line: str) -> None:
    command: click.Command | None = main
    context = click.Context(main, info_name="zen")
    for word in line.split():
        assert isinstance(command, click.Group)
        command = command.get_command(context, word)
        assert command, line
        context = click.Context(command, parent=context, info_name=word)


def test_each_command_of_the_original_is_answered() -> None:
    named = set(re.findall(r"`zenml ([a-z -]+)`", PAGE))
    assert named == set(" ".join(THEIRS.split()).split(", "))


def test_the_names_in_python_can_be_imported() -> None:
    rows = re.findall(r"^\| `.*?` \| `(from zen.*?)` \|", PAGE, re.MULTILINE)
    assert len(rows) == 2
    for row in rows:
        exec(row, {})  # noqa: S102
    assert import_module("zen_pipelines").get_pipeline
