"""Each name of ZenML is answered, and each answer is there."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Final

import click
import pytest

import zen_pipelines
from tests.docs.pages import DOCS
from zen import components, errors, repository, stack
from zen.cli.main import main
from zen.components import deployment

PAGE: Final = (DOCS / "reference" / "coming-from-zenml.md").read_text(encoding="utf-8")
ROWS: Final = [
    (title.strip("`"), *re.findall(r"\| ([^|]*?) ?(?=\|)", row))
    for title, text in re.findall(
        r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL
    )
    for row in re.findall(r"^\| .*\|$", text, re.MULTILINE)
    if not row.startswith(("| ZenML", "| ---"))
]
ANSWERS: Final = sorted(
    {answer for row in ROWS for answer in re.findall("`([^`]+)`", row[2])}
)
# Where the names of Python are looked for.
HOMES: Final = (components, deployment, errors, repository, stack, zen_pipelines)
# The commands of the original, each once; those of the types with one of these.
COMMANDS: Final = """
profile create, profile list, profile describe, profile get, profile set,
profile delete, profile explain, stack register, stack list, stack describe, stack get,
stack set, stack update, stack rename, stack remove-component, stack delete, stack up,
stack down, stack copy, stack export, stack import, artifact-store register,
artifact-store list, artifact-store describe, artifact-store get, artifact-store update,
artifact-store rename, artifact-store remove-attribute, artifact-store delete,
artifact-store copy, artifact-store up, artifact-store down, artifact-store logs,
artifact-store flavor list, artifact-store flavor register, artifact-store explain,
secret register, secret list, secret get, secret update, secret delete, secret cleanup,
init, clean, version, pipeline run, integration list, integration requirements,
integration install, integration uninstall, user, team, role, project, server, feature,
served-models, example, go, analytics, logging, data-validator
"""
OPTIONS: Final = """
--version, profile create --url, profile create --store-type, profile create --user,
profile set --global, stack register --set, stack register --orchestrator,
stack set --global, stack delete --yes, stack delete --force, stack down --force,
stack down --yes, stack copy --from, stack copy --to, artifact-store register --flavor,
artifact-store register --type, artifact-store register --interactive,
artifact-store down --force, artifact-store down --yes, artifact-store copy --from,
artifact-store copy --to, artifact-store logs --follow, init --path, clean --yes,
clean --local, secret register --schema, secret register --interactive,
secret update --interactive, secret delete --yes, secret cleanup --yes,
pipeline run --config, integration install --ignore-integration,
integration install --yes
"""
MEMBERS: Final = {
    "Repository": """
get_instance initialize is_repository_directory find_repository root config_directory
activate_root activate_profile active_profile active_profile_name active_user
active_user_name stacks stack_configurations active_stack active_stack_name
activate_stack get_stack register_stack update_stack deregister_stack
get_stack_component get_stack_components register_stack_component
update_stack_component deregister_stack_component set_active_project active_project
get_pipelines get_pipeline get_flavor create_store get_store_class
""",
    "Stack": """
from_components validate default_local_stack provision deprovision resume suspend
is_provisioned is_running runtime_options requirements dict deploy_pipeline
""",
    "StackComponent": """
name uuid TYPE FLAVOR SUPPORTED_SCHEMES log_file runtime_options requirements local_path
validator post_registration_message is_provisioned is_running is_suspended
prepare_pipeline_deployment prepare_pipeline_run cleanup_pipeline_run prepare_step_run
cleanup_step_run provision deprovision resume suspend
""",
    "Exceptions": """
ZenMLBaseException KeyError InitializationException ForbiddenRepositoryAccessError
DoesNotExistException AlreadyExistsException EntityExistsError StackExistsError
StackComponentExistsError SecretExistsError DuplicateRunNameError StackValidationError
StackComponentInterfaceError ArtifactStoreInterfaceError ProvisioningError
PipelineInterfaceError StepInterfaceError MaterializerInterfaceError
ArtifactInterfaceError PipelineConfigurationError MissingStepParameterError
DuplicatedConfigurationError StepContextError PipelineNotSucceededException
IntegrationError GitNotFoundError
""",
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_each_answer_is_there(answer: str) -> None:
    if answer.startswith("zen "):
        check_command(answer.split()[1:])
    elif answer.startswith("from "):
        exec(answer, {})  # noqa: S102
    else:
        name, _, member = answer.partition(".")
        home = next(home for home in HOMES if name in home.__all__)
        found = getattr(home, name)
        assert not member or member in {*dir(found), *annotated(found)}


def annotated(found: type) -> set[str]:
    return {
        name for each in found.__mro__ for name in vars(each).get("__annotations__", ())
    }


def check_command(words: list[str]) -> None:
    command: click.Command | None = main
    context = click.Context(main, info_name="zen", **main.context_settings)
    for word in words:
        assert command, words
        if word.startswith("--"):
            params = command.get_params(context)
            assert word in {name for param in params for name in param.opts}, words
            return
        assert isinstance(command, click.Group), words
        command = command.get_command(context, word)
        assert command, words
        context = click.Context(command, parent=context, info_name=word)


def test_each_command_and_option_of_zenml_is_answered() -> None:
    named = {
        text
        for _, theirs, *_ in ROWS
        for text in re.findall(r"`zenml ([a-z -]+)`", theirs)
    }
    assert named == {
        *" ".join(COMMANDS.split()).split(", "),
        *" ".join(OPTIONS.split()).split(", "),
    }


@pytest.mark.parametrize("title", MEMBERS)
def test_each_member_of_zenml_is_answered_once(title: str) -> None:
    named = [row[1].strip("`") for row in ROWS if row[0] == title]
    assert sorted(named) == sorted(MEMBERS[title].split())


@pytest.mark.parametrize("name", components.__all__)
def test_each_class_of_components_is_imported_as_there(name: str) -> None:
    rows = [row for row in ROWS if row[1].endswith(f"import {name}`")]
    assert len(rows) == 1
    assert rows[0][1].replace("zenml", "zen") == rows[0][2]
    home = re.findall(r"from (\S+)", rows[0][2])[0]
    assert getattr(import_module(home), name) is getattr(components, name)
