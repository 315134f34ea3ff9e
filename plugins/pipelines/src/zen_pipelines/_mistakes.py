"""Refuse keywords that mean nothing here, and say what to write instead."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from zen.errors import PipelineInterfaceError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

__all__ = ["refuse_mistakes", "refuse_unknown"]

# As near as 'run_nam' and 'run_name'; 'gpu' and 'cpu' are two words.
_NEAR: Final = 0.8

_NO_CACHE: Final = "Leave it out: there is no cache, and each run runs every step."
_NO_SETTINGS: Final = (
    "Configure the components of the stack: see 'zen stack describe', and"
    " 'zen orchestrator update --help'."
)
_NO_SWITCH: Final = "Leave it out: there is no such switch."
_NO_IMAGES: Final = "Leave it out: no images are built."
_NO_CALLBACKS: Final = (
    "Wrap the call of 'run()' in 'try:' and 'except StepFailedError:'."
)
_INSTALLED: Final = (
    "Install what the steps import; 'zen stack sync' installs what the stack needs."
)
_SHARED: Final = {
    "cache": _NO_CACHE,
    "enable_cache": _NO_CACHE,
    "enable_artifact_metadata": _NO_SWITCH,
    "enable_artifact_visualization": _NO_SWITCH,
    "enable_step_logs": _NO_SWITCH,
    "extra": _NO_SETTINGS,
    "settings": _NO_SETTINGS,
    "on_failure": _NO_CALLBACKS,
    "on_success": _NO_CALLBACKS,
}
_OF_RUN: Final = {
    **_SHARED,
    "build": _NO_IMAGES,
    "config_path": "No file configures a run. Give the pipeline its parameters, as in"
    " 'training(epochs=3).run()' or 'zen run FILE --epochs 3'.",
    "dag_filepath": "Leave it out: the file of a step is known.",
    "name": "Write 'run_name'.",
    "notify": "Write 'run_on(stack, notify=…)'.",
    "parameters": "Give each parameter by its name, as in 'run(epochs=3)'.",
    "prevent_build_reuse": _NO_IMAGES,
    "runtime": "Write 'run(key=value)', or 'run_on(stack, runtime={…})'.",
    "schedule": "No run begins by itself. Let cron, or another scheduler, call"
    " 'zen run FILE'.",
    "stack": "Write 'run_on(stack)'.",
    "step_configurations": "Give the steps their parameters in the pipeline's"
    " function.",
    "steps": "Call the steps in the pipeline's function.",
    "unlisted": "Leave it out: every run is listed.",
}
_OF_DECORATORS: Final = {
    **_SHARED,
    "custom_step_operator": "Leave it out: the orchestrator runs every step.",
    "dockerignore_file": _NO_IMAGES,
    "experiment_tracker": "Call the tracker in the step, as"
    " 'Repository().active_stack.experiment_tracker'.",
    "output_materializers": "Leave it out: outputs are kept as JSON, bytes or pickle.",
    "output_types": "Annotate what the function returns, as in"
    ' \'-> tuple[Annotated[int, "count"], Annotated[str, "label"]]\'.',
    "required_integrations": _INSTALLED,
    "requirements": _INSTALLED,
    "requirements_file": _INSTALLED,
    "retry": "Leave it out: a step runs once.",
    "secrets": "Read the secrets in the step, from"
    " 'Repository().active_stack.secrets_manager'.",
    "step_operator": "Leave it out: the orchestrator runs every step.",
}


def refuse_mistakes(
    pipeline: str,
    runtime: Mapping[str, object],
    *,
    keywords: Iterable[str],
    parameters: Collection[str],
    declared: Collection[str],
) -> None:
    """Refuse what looks like a mistake among the keywords of `run`.

    Args:
        pipeline: The pipeline's name.
        runtime: The keywords that are to be runtime configuration.
        keywords: The keywords that `run` itself takes.
        parameters: The names of the pipeline's parameters.
        declared: What the components of the stack say they take.

    Raises:
        PipelineInterfaceError: One means something else here, or is nearly a name
            that means something.
    """
    escape = (
        "If a component is to take it, write 'run_on(stack, runtime={{{key!r}: …}})'."
    )
    for key in runtime:
        if key in parameters or key in declared:
            continue
        if advice := _OF_RUN.get(key):
            raise PipelineInterfaceError(
                f"'run()' of pipeline '{pipeline}' takes no '{key}'.",
                hint=f"{advice} {escape.format(key=key)}",
            )
        if near := _nearest(key, [*keywords, *parameters]):
            raise PipelineInterfaceError(
                f"'{key}' is neither a parameter of pipeline '{pipeline}', nor a"
                " keyword of"
                f" its 'run()'. Did you mean '{near}'?",
                hint=escape.format(key=key),
            )
        if near := _nearest(key, _OF_RUN):
            raise PipelineInterfaceError(
                f"'run()' of pipeline '{pipeline}' takes no '{key}', nor '{near}'.",
                hint=f"{_OF_RUN[near]} {escape.format(key=key)}",
            )


def _nearest(key: str, names: Iterable[str]) -> str:
    plain = _plain(key)
    rated = [
        (SequenceMatcher(None, plain, _plain(name)).ratio(), name) for name in names
    ]
    ratio, name = max(rated, default=(0.0, ""))
    return name if ratio >= _NEAR else ""


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def refuse_unknown(decorator: str, unknown: Mapping[str, object]) -> None:
    """Refuse the keywords that a decorator doesn't take.

    Args:
        decorator: The decorator, as it is written: `@step`.
        unknown: The keywords.

    Raises:
        PipelineInterfaceError: There are any.
    """
    for key in unknown:
        raise PipelineInterfaceError(
            f"'{decorator}' takes no '{key}'.{did_you_mean(key, ['name'])}",
            hint=_OF_DECORATORS.get(key, "The only keyword that it takes is 'name'."),
        )
