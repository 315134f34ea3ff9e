"""What a plugin of each sort is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["COMMAND", "COMPONENT_TYPE", "FLAVORS", "STORE", "Recipe"]

_CORE: Final = "zen-core>=1,<2"
_CLICK: Final = "click>=8.2.1,<9"
_FILELOCK: Final = "filelock>=3.16"
_PYDANTIC: Final = "pydantic>=2.10,<3"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Say what to take for a plugin.

    Args:
        layers: The folders of templates, beside the one that all have in common.
        module: The module that does the work.
        summary: One line for listings.
        requires: The requirements of the distribution.
        attempt: What its author may type to try it.
    """

    layers: tuple[str, ...]
    module: str
    summary: str
    requires: tuple[str, ...] = (_CORE,)
    attempt: tuple[str, ...] = ()


def _flavor(
    component_type: str,
    summary: str,
    options: str = "",
    *,
    libraries: tuple[str, ...] = (),
    layers: tuple[str, ...] = (),
) -> Recipe:
    command = component_type.replace("_", "-")
    register = f"zen {command} register mine --flavor=$plugin {options}".rstrip()
    return Recipe(
        ("flavor", f"flavors/{component_type}", *layers),
        component_type,
        summary,
        (*libraries, _CORE),
        (f"zen {command} flavor list", register),
    )


FLAVORS: Final = {
    "alerter": _flavor(
        "alerter", "Alerts whoever sits at the terminal.", "--prefix='Zen: '"
    ),
    "artifact_store": _flavor(
        "artifact_store",
        "Keeps artifacts in a folder.",
        "--path=artifacts",
        libraries=(_PYDANTIC,),
    ),
    "container_registry": _flavor(
        "container_registry", "Pushes images with docker.", "--uri=localhost:5000"
    ),
    "experiment_tracker": _flavor(
        "experiment_tracker",
        "Tracks experiments in a folder.",
        "--path=experiments",
        libraries=(_PYDANTIC,),
    ),
    "feature_store": _flavor(
        "feature_store",
        "Reads features from CSV files.",
        "--path=features",
        libraries=(_PYDANTIC,),
    ),
    "metadata_store": _flavor(
        "metadata_store",
        "Keeps run metadata in a file of JSON lines.",
        "--path=runs",
        libraries=(_FILELOCK, _PYDANTIC),
        layers=("json_lines",),
    ),
    "model_deployer": _flavor(
        "model_deployer",
        "Serves the files of models over HTTP.",
        "--path=served",
        libraries=(_PYDANTIC,),
    ),
    "orchestrator": _flavor("orchestrator", "Runs steps one after another."),
    "secrets_manager": _flavor(
        "secrets_manager",
        "Keeps secrets in a folder.",
        "--path=secrets",
        libraries=(_PYDANTIC,),
    ),
    "step_operator": _flavor(
        "step_operator", "Runs each step in a process of its own."
    ),
}
STORE: Final = Recipe(
    ("store", "json_lines"),
    "store",
    "Keeps a profile in a file of JSON lines.",
    (_FILELOCK, _CORE),
    (
        "zen profile create trial --store-type $plugin",
        "zen profile set trial",
        "zen stack list",
    ),
)
COMMAND: Final = Recipe(
    ("command",),
    "command",
    "Count the stacks of the active profile.",
    (_CLICK, _CORE),
    ("zen $plugin --help", "zen $plugin"),
)
COMPONENT_TYPE: Final = Recipe(
    ("component_type",),
    "plain",
    "Finds what is wrong with a text.",
    attempt=("zen $command flavor list", "zen $command register mine --flavor=plain"),
)
