"""A stack with its components built."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from uuid import UUID, uuid4

from zen.catalog import Catalog
from zen.errors import PipelineError, StackValidationError
from zen.names import check_name
from zen.records import REQUIRED_TYPES, StackRecord
from zen.stack._lifecycle import Lifecycle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen.components import (
        BaseAlerter,
        BaseArtifactStore,
        BaseContainerRegistry,
        BaseExperimentTracker,
        BaseFeatureStore,
        BaseMetadataStore,
        BaseModelDeployer,
        BaseOrchestrator,
        BaseSecretsManager,
        BaseStepOperator,
        StackComponent,
    )
    from zen.components.deployment import Deployment

__all__ = ["Stack"]


class Stack:
    """Hold one component of each type that a pipeline needs.

    Args:
        name: The stack's name.
        orchestrator: Runs pipelines.
        metadata_store: Tracks what ran.
        artifact_store: Keeps what the runs produced.
        container_registry: Keeps container images.
        secrets_manager: Keeps secrets.
        step_operator: Runs single steps elsewhere.
        feature_store: Manages features.
        model_deployer: Serves models.
        experiment_tracker: Tracks experiments.
        alerter: Sends alerts.
        uuid: The stack's identity, made up when it isn't given.
        lifecycle: Brings components up and down; made when it isn't given.
        others: Components of types that plugins add, by type.

    Raises:
        StackValidationError: A component isn't of the type that it is given as.
    """

    def __init__(  # noqa: PLR0913 - one argument for each component type
        self,
        name: str,
        *,
        orchestrator: BaseOrchestrator,
        metadata_store: BaseMetadataStore,
        artifact_store: BaseArtifactStore,
        container_registry: BaseContainerRegistry | None = None,
        secrets_manager: BaseSecretsManager | None = None,
        step_operator: BaseStepOperator | None = None,
        feature_store: BaseFeatureStore | None = None,
        model_deployer: BaseModelDeployer | None = None,
        experiment_tracker: BaseExperimentTracker | None = None,
        alerter: BaseAlerter | None = None,
        uuid: UUID | None = None,
        lifecycle: Lifecycle | None = None,
        **others: StackComponent,
    ) -> None:
        self.name = check_name(name, "stack")
        self.uuid = uuid or uuid4()
        self._lifecycle = lifecycle
        self.orchestrator = orchestrator
        self.metadata_store = metadata_store
        self.artifact_store = artifact_store
        self.container_registry = container_registry
        self.secrets_manager = secrets_manager
        self.step_operator = step_operator
        self.feature_store = feature_store
        self.model_deployer = model_deployer
        self.experiment_tracker = experiment_tracker
        self.alerter = alerter
        given: dict[str, StackComponent | None] = {
            "orchestrator": orchestrator,
            "metadata_store": metadata_store,
            "artifact_store": artifact_store,
            "container_registry": container_registry,
            "secrets_manager": secrets_manager,
            "step_operator": step_operator,
            "feature_store": feature_store,
            "model_deployer": model_deployer,
            "experiment_tracker": experiment_tracker,
            "alerter": alerter,
            **others,
        }
        self.components = {kind: part for kind, part in given.items() if part}
        for component_type, component in self.components.items():
            self._check_type(component_type, component)
            if secrets_manager:
                component.bind_secrets(secrets_manager)

    @classmethod
    def from_components(
        cls,
        name: str,
        components: Mapping[str, StackComponent],
        *,
        uuid: UUID | None = None,
        lifecycle: Lifecycle | None = None,
    ) -> Stack:
        """Return a stack of components that are given by type.

        Raises:
            StackValidationError: A required one is missing, or one has a wrong type.
        """
        for component_type in REQUIRED_TYPES:
            if component_type not in components:
                title = component_type.replace("_", " ")
                message = f"Stack '{name}' has no {title}, which every stack needs."
                raise StackValidationError(message)
        # The constructor checks what mypy can't see here.
        arguments = cast("dict[str, BaseOrchestrator]", dict(components))
        return cls(name, uuid=uuid, lifecycle=lifecycle, **arguments)  # type: ignore[arg-type]

    @property
    def record(self) -> StackRecord:
        """The record that describes the stack."""
        names = {kind: part.name for kind, part in self.components.items()}
        return StackRecord(self.name, names, self.uuid)

    def validate(self) -> None:
        """Raise `StackValidationError` if a component asks for what isn't there."""
        # Loaded already, with the components themselves.
        from zen.components.blame import blaming

        for component in self.components.values():
            with blaming(component, f"can't tell whether stack '{self.name}' is valid"):
                if validator := component.validator:
                    validator.validate(self)

    def check_references(self) -> None:
        """Raise `StackValidationError` if components refer to what isn't there.

        It names every variable that isn't set, and every secret that is missing.
        """
        # Loads pydantic, as the components themselves do.
        from zen.components.unresolved import unresolved_references

        components = self.components.values()
        missing = [each for part in components for each in unresolved_references(part)]
        if missing:
            raise StackValidationError(
                f"Stack '{self.name}' refers to what isn't there:"
                f" {' '.join(error.message for error in missing)}",
                hint=" ".join(dict.fromkeys(error.hint for error in missing)),
            )

    @property
    def is_provisioned(self) -> bool:
        """Whether all components are provisioned."""
        return all(part.is_provisioned for part in self.components.values())

    @property
    def is_running(self) -> bool:
        """Whether all components are running."""
        return all(part.is_running for part in self.components.values())

    @property
    def lifecycle(self) -> Lifecycle:
        """What brings the components up and down."""
        if self._lifecycle is None:
            self._lifecycle = Lifecycle(Catalog())
        return self._lifecycle

    def __repr__(self) -> str:
        return f"<Stack '{self.name}'>"

    def __getstate__(self) -> dict[str, object]:
        # What is installed is another matter in another process.
        return {**self.__dict__, "_lifecycle": None}

    def up(self) -> None:
        """Provision and resume the components, in order."""
        self.lifecycle.up(*self.components.values(), stack=self.name)

    def down(self, *, force: bool = False) -> None:
        """Suspend and deprovision the components, in the opposite order.

        Args:
            force: Whether to go on where one fails; see `Lifecycle.down`.
        """
        self.lifecycle.down(*self.components.values(), stack=self.name, force=force)

    def provision(self) -> None:
        """Provision the components that aren't, in order."""
        self.lifecycle.apply("provision", self.components.values(), stack=self.name)

    def resume(self) -> None:
        """Resume the components that don't run, in order."""
        self.lifecycle.apply("resume", self.components.values(), stack=self.name)

    def suspend(self) -> None:
        """Suspend the components that run, in the opposite order."""
        self.lifecycle.apply("suspend", self.components.values(), stack=self.name)

    def deprovision(self) -> None:
        """Deprovision the components that are provisioned, in the opposite order."""
        self.lifecycle.apply("deprovision", self.components.values(), stack=self.name)

    def prepare_pipeline_deployment(self, deployment: Deployment) -> None:
        """Let every component get ready for a run, in order.

        Raises:
            PipelineInterfaceError: A component declares another type for a key of
                the runtime configuration; no component was told of the run.
        """
        # Loads pydantic, as the components themselves do.
        from zen.components.blame import blaming
        from zen.components.runtime import fit_runtime

        components = self.components.values()
        fitted = fit_runtime(components, deployment.runtime_configuration)
        for component, runtime in zip(components, fitted, strict=True):
            with blaming(component, "can't get ready for the run", PipelineError):
                component.prepare_pipeline_deployment(deployment, self, runtime)

    def _check_type(self, component_type: str, component: StackComponent) -> None:
        actual = getattr(component, "TYPE", type(component).__name__)
        if actual != component_type:
            raise StackValidationError(
                f"Stack '{self.name}' was given a component of type {actual} as"
                f" {component_type}."
            )
