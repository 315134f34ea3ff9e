"""What is said of a class whose author expects what doesn't happen."""

from __future__ import annotations

from typing import ClassVar, Optional

import pytest
from pydantic import SecretStr

from zen.components import (
    BaseAlerter,
    BaseArtifactStore,
    BaseContainerRegistry,
    BaseExperimentTracker,
    BaseOrchestrator,
    StackComponent,
)
from zen.components.deployment import Deployment  # noqa: TC001 - pydantic looks at it
from zen.components.remarks import remarks_on
from zen.stack import Stack  # noqa: TC001 - as above


class Gadget(StackComponent):
    TYPE: ClassVar[str] = "gadget"
    FLAVOR: ClassVar[str] = "toy"


def test_what_is_called_is_not_remarked_on() -> None:
    class Quiet(BaseOrchestrator):
        requirements: str = ""
        monkey: str = ""
        token: SecretStr = SecretStr("${TOKEN}")

        def run_pipeline(self, deployment: Deployment, stack: Stack) -> None:
            self.helper()
            del deployment, stack

        def helper(self) -> None:
            """Do what only this class knows of."""

        def prepare_step_run(self) -> None:
            """Get ready."""

        def cleanup_step_run(self) -> None:
            """Clean up."""

    assert remarks_on(Quiet) == []
    assert remarks_on(BaseArtifactStore) == []


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("prepare_pipeline_run", "'prepare_pipeline_deployment'"),
        ("cleanup_pipeline_run", "'cleanup_step_run'"),
        ("prepare_or_run_pipeline", "'run_pipeline'"),
        ("requirements", "the distributions that its own requires"),
        ("runtime_options", "'prepare_pipeline_deployment'"),
        ("local_path", "in an attribute"),
        ("prepare_image_push", "never called by Zen."),
    ],
)
def test_a_method_that_is_never_called_is_told(name: str, advice: str) -> None:
    cls = type("Old", (Gadget,), {name: lambda _: None, "__module__": __name__})
    (remark,) = remarks_on(cls)
    assert remark.startswith(f"'{name}' of Old is never called")
    assert advice in remark


@pytest.mark.parametrize(
    ("base", "values", "methods"),
    [
        (BaseAlerter, {}, {"post": ("hello",), "ask": ("sure?",)}),
        (BaseContainerRegistry, {"uri": "localhost:5000"}, {"push_image": ("a",)}),
        (
            BaseExperimentTracker,
            {},
            {"log_parameters": ("run", {}), "log_metrics": ("run", {})},
        ),
    ],
)
def test_a_method_that_is_left_out_is_told_and_fails_with_words(
    base: type[StackComponent],
    values: dict[str, str],
    methods: dict[str, tuple[object, ...]],
) -> None:
    """ZenML asked for none of them."""
    cls = type("Old", (base,), {"FLAVOR": "old", "__module__": __name__})
    component = cls(name="old", **values)
    assert remarks_on(cls) == [
        f"Old has no method '{name}': calling it raises NotImplementedError."
        for name in methods
    ]
    for name, arguments in methods.items():
        with pytest.raises(NotImplementedError, match=f"Old .* '{name}'"):
            getattr(component, name)(*arguments)
    assert remarks_on(base) == []


def test_one_that_is_inherited_is_told() -> None:
    class Mixin:
        @property
        def log_file(self) -> str:
            return "/log"

    class Old(Mixin, Gadget):
        pass

    (remark,) = remarks_on(Old)
    assert "nothing shows a component's log" in remark


def test_a_plain_field_that_is_called_like_a_secret_is_told() -> None:
    class Open(Gadget):
        password: str = ""
        api_token: Optional[str] = None  # noqa: UP045 - as older classes have it
        aws_secret: str | None = None
        keys: str = ""
        monkey: str = ""
        ssl_key: str = ""
        key_size: int = 1
        token: SecretStr = SecretStr("")

    told = [remark.split("'")[1] for remark in remarks_on(Open)]
    assert told == ["password", "api_token", "aws_secret", "keys"]
    assert "make it a pydantic.SecretStr" in remarks_on(Open)[0]
