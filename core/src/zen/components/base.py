"""The base of every stack component."""

from __future__ import annotations

from abc import ABC
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID, uuid4

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    create_model,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from zen.components.deferred import Kept, in_use
from zen.components.secrets import reveal, with_references
from zen.errors import did_you_mean
from zen.names import check_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen.components.deployment import Deployment
    from zen.components.secrets_manager import BaseSecretsManager
    from zen.stack import Stack, StackValidator

__all__ = ["StackComponent"]

# The first model of a process makes pydantic look through all that is installed, which
# fails where one distribution is damaged. It looks once, so the second model is made.
with suppress(Exception):
    create_model("First")


class StackComponent(BaseModel, ABC):
    """Be the base of every component of a stack.

    The fields of a flavor's class are its configuration. Names that begin with `_`
    are not stored, and neither are class variables. The class variable
    `runtime_parameters` may say which keys of `pipeline.run(…)` the component takes,
    and of which type each is; without it, any key is handed over unchecked. The class
    variable `unexpanded_fields` names the fields in which the class itself replaces
    `${NAME}` by an environment variable; in all others, that is done for it.

    Args:
        name: The component's name.
        uuid: Its identity, made up when it isn't given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    TYPE: ClassVar[str]
    FLAVOR: ClassVar[str]
    runtime_parameters: ClassVar[Mapping[str, Any] | None] = None
    unexpanded_fields: ClassVar[tuple[str, ...]] = ()

    name: str
    uuid: UUID = Field(default_factory=uuid4)

    @model_validator(mode="before")
    @classmethod
    def _suggest_fields(cls, values: object) -> object:
        unknown = (
            set(values) - set(cls.model_fields) if isinstance(values, dict) else ()
        )
        for key in sorted(map(str, unknown)):
            suggestion = did_you_mean(key, cls.model_fields)
            raise PydanticCustomError(
                "unknown_attribute",
                "{flavor} has no attribute '{key}'.{suggestion}",
                {
                    "flavor": cls.__name__,
                    "key": key,
                    "suggestion": suggestion,
                },
            )
        return values

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        return check_name(name, cls.TYPE.replace("_", " "))

    @model_serializer(mode="wrap")
    def _keep_references(
        self, serialize: SerializerFunctionWrapHandler, info: SerializationInfo
    ) -> dict[str, object]:
        content: dict[str, object] = serialize(self)
        if info.mode != "json":
            return content
        kept: Kept = self.__dict__.get("_kept") or Kept({})
        present = {
            name: with_references(self.__dict__.get(name), dumped)
            for name, dumped in content.items()
            if name not in kept.values or self.__dict__[name] != kept.values[name]
        }
        return {**kept.configuration, **present}

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Return a field that depends on environment variables.

            Raises:
                ConfigurationError: One of them isn't set.
                ComponentConfigurationError: The flavor doesn't accept their values.
            """
            is_own = (
                name in type(self).model_fields or name in self.__private_attributes__
            )
            if is_own and (used := in_use(self)) is not self:
                return getattr(used, name)
            return super().__getattr__(name)

    def bind_secrets(self, manager: BaseSecretsManager) -> None:
        """Say where `reveal` looks for secrets; a stack does so for its components."""
        # Not a field, nor a private attribute: those make components unequal.
        self.__dict__["_secrets_manager"] = manager

    def reveal(self, secret: SecretStr) -> str:
        """Return the text of a secret of this component, or what it refers to.

        `${NAME}` stands for the environment variable of that name, and `{{name.key}}`
        for a key of a secret in the secrets manager of the component's stack.

        Raises:
            ConfigurationError: It refers to what isn't there.
        """
        return reveal(secret, self.__dict__.get("_secrets_manager"))

    @property
    def is_provisioned(self) -> bool:
        """Whether the component's resources are there."""
        return True

    @property
    def is_running(self) -> bool:
        """Whether the component's resources are running."""
        return True

    @property
    def validator(self) -> StackValidator | None:
        """What the component asks of the stack that it is part of."""
        return None

    @property
    def post_registration_message(self) -> str | None:
        """What the user is told once the component has been registered."""
        return None

    def provision(self) -> None:
        """Make the resources that the component needs to run."""

    def deprovision(self) -> None:
        """Remove the component's resources."""

    def resume(self) -> None:
        """Start the resources that were provisioned."""

    def suspend(self) -> None:
        """Stop the resources, and keep them."""

    def prepare_pipeline_deployment(
        self,
        deployment: Deployment,
        stack: Stack,
        runtime_configuration: Mapping[str, object],
    ) -> None:
        """Get ready for a run of a pipeline, before it begins.

        Args:
            deployment: The pipeline that is about to run.
            stack: The stack that it runs on.
            runtime_configuration: What the user passed to `pipeline.run(…)`; what
                `runtime_parameters` names is converted to the type that it says.
        """

    def prepare_step_run(self) -> None:
        """Get ready for a step, in the process that runs it."""

    def cleanup_step_run(self) -> None:
        """Clean up after a step, whether it succeeded or not."""
