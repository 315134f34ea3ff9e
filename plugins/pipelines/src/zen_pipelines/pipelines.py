"""Make pipelines from functions that wire steps."""

from __future__ import annotations

import inspect
from collections import OrderedDict
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timezone
from functools import cached_property, update_wrapper
from inspect import BoundArguments, Parameter
from typing import TYPE_CHECKING, Final, Generic, ParamSpec, cast, overload

from zen.components.deployment import Deployment
from zen.components.runtime import declared_keys
from zen.errors import PipelineInterfaceError
from zen.names import check_name
from zen_pipelines import _compilation
from zen_pipelines._json_values import JSON_TYPES, is_json
from zen_pipelines._mistakes import refuse_mistakes, refuse_unknown
from zen_pipelines._parameters import ParameterTypes, show
from zen_pipelines._returns import refuse_values, refuse_wrong_return
from zen_pipelines._runs import run_deployment
from zen_pipelines._session import current_session, use_session
from zen_pipelines.views import PipelineRunView

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zen.repository import Repository
    from zen.stack import Stack

__all__ = ["Pipeline", "PipelineDefinition", "pipeline"]

P = ParamSpec("P")

_ENTRYPOINT: Final = "zen_pipelines.entrypoint:run_step"
_LONGEST_NAME: Final = 100
_BY_NAME: Final = {Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY}


class Pipeline:
    """Be a pipeline with its arguments, ready to run.

    Made by calling what `@pipeline` returns.

    Args:
        definition: The function that wires steps.
        arguments: What it is called with.
    """

    def __init__(
        self, definition: PipelineDefinition[...], arguments: BoundArguments
    ) -> None:
        self.name = definition.name
        self.definition = definition
        self._arguments = arguments

    def __repr__(self) -> str:
        return f"<Pipeline '{self.name}'>"

    @property
    def given(self) -> Mapping[str, object]:
        """The arguments that it is called with, by name."""
        return self._arguments.arguments

    def run(
        self,
        run_name: str | None = None,
        *,
        repository: Repository | None = None,
        **runtime: object,
    ) -> PipelineRunView:
        """Run the pipeline on the active stack and return its run.

        Args:
            run_name: The run's name; made from the pipeline's name and the time in
                UTC if it isn't given.
            repository: The repository whose active stack is meant, wherever others
                have moved since. Without it, what is active now is looked up, and a
                notice says what that is; in 'zen run', it is what that has announced.
            runtime: The runtime configuration, JSON-able, which every component of
                the stack is handed before the run begins. A key that is called like
                a parameter of the pipeline sets that, too, and may have any value
                that the parameter takes; components are handed it as JSON.

        Raises:
            PipelineInterfaceError: The pipeline isn't wired as it must be, or a key
                is nearly that of a parameter, or means nothing here.
            InvalidNameError: The run's name breaks the rule for names.
            RunExistsError: A run of that name exists.
            StackValidationError: The stack isn't valid, or doesn't run.
            StepFailedError: A step failed.
        """
        # Importing the file for its steps must not ask for the configuration first.
        self._check_place()
        known = repository or current_session().repository
        found = known or _repository_here()
        stack = found.active_stack
        refuse_mistakes(
            self.name,
            runtime,
            keywords=_RUN_KEYWORDS,
            parameters=self.definition.parameters,
            declared=declared_keys(stack.components.values()),
        )
        if not known:
            # As 'zen run' says it; the run's own notice names the stack.
            scope = "global" if found.root is None else "local"
            current_session().notify(
                f"Running with active profile: '{found.active_profile_name}' ({scope})"
            )
        return self.run_on(stack, run_name, runtime=runtime)

    def run_on(
        self,
        stack: Stack,
        run_name: str | None = None,
        *,
        runtime: Mapping[str, object] | None = None,
        notify: Callable[[str], None] | None = None,
    ) -> PipelineRunView:
        """Run the pipeline on a stack of your choice; else the same as `run`.

        Args:
            stack: The stack.
            run_name: The run's name.
            runtime: The runtime configuration; its keys are taken as they are.
            notify: Takes each notice for the user; standard error if it isn't given.
        """
        self._check_place()
        deployment = self.compile(run_name, runtime=runtime)
        session = current_session()
        if notify:
            session = replace(session, notify=notify)
        with use_session(session):
            record = run_deployment(
                deployment, stack, parameters=self.definition.parameters
            )
        return PipelineRunView(record, stack)

    def with_arguments(self, values: Mapping[str, object]) -> Pipeline:
        """Return the pipeline with other values of some of its arguments.

        Raises:
            PipelineInterfaceError: One isn't of the type that the pipeline takes.
        """
        replaced = self.definition.replaced(self._arguments, values)
        return Pipeline(self.definition, replaced)

    def compile(
        self,
        run_name: str | None = None,
        *,
        runtime: Mapping[str, object] | None = None,
    ) -> Deployment:
        """Return the pipeline as an orchestrator takes it, without running it.

        Args:
            run_name: The run's name.
            runtime: The runtime configuration.

        Raises:
            PipelineInterfaceError: The pipeline isn't wired as it must be.
            InvalidNameError: The run's name breaks the rule for names.
        """
        run_name = _run_name(self.name, run_name)
        runtime = runtime or {}
        arguments = self.definition.replaced(self._arguments, runtime)
        # Before the pipeline's function can change any of the values.
        configuration = self.definition.as_runtime(runtime, arguments)
        compilation = _compilation.Compilation(self.name)
        with _compilation.compiling(compilation):
            returned = self.definition.wire(arguments, compilation)
        refuse_values(self.name, returned)
        if not compilation.steps:
            raise PipelineInterfaceError(
                f"Pipeline '{self.name}' has no steps.",
                hint="Call its steps in its function.",
            )
        return Deployment(
            pipeline=self.name,
            run_name=run_name,
            steps=tuple(compilation.steps),
            entrypoint=_ENTRYPOINT,
            runtime_configuration=configuration,
        )

    def _check_place(self) -> None:
        if outer := _compilation.current():
            raise PipelineInterfaceError(
                f"Pipeline '{self.name}' can't be run in the function of pipeline"
                f" '{outer.pipeline}', which only wires steps."
            )
        current_session().refuse_waiting(self.definition)
        if file := current_session().loading:
            raise PipelineInterfaceError(
                f"'{file}' runs pipeline '{self.name}' when it is imported, and was"
                " imported for one of its steps.",
                hint="Put the call under 'if __name__ == \"__main__\":'.",
            )


class PipelineDefinition(Generic[P]):
    """Be the function of a pipeline, to be called with the pipeline's arguments.

    Args:
        function: The function, which wires steps.
        name: The pipeline's name; the function's if it isn't given.

    Raises:
        PipelineInterfaceError: It is not a function.
        InvalidNameError: Its name breaks the rule for names.
    """

    def __init__(
        self, function: Callable[P, object], *, name: str | None = None
    ) -> None:
        if not inspect.isfunction(function):
            raise PipelineInterfaceError(
                f"A pipeline is made from a function, and {function!r} isn't one.",
                hint="Write '@pipeline', or '@pipeline(name=…)', above a function.",
            )
        update_wrapper(self, function)
        self.name = check_name(function.__name__ if name is None else name, "pipeline")
        self._function = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Pipeline:
        """Return the pipeline with these arguments.

        In the function of another pipeline, its steps become steps of that one, and
        what its own function returns is returned.

        Raises:
            PipelineInterfaceError: The arguments don't fit the function, or the
                pipeline is a part of the other one already.
        """
        arguments = self._bound(args, kwargs)
        outer = _compilation.current()
        if outer is None:
            return Pipeline(self, arguments)
        returned = self.wire(arguments, outer)
        if returned is None:
            returned = _compilation.Inlined(self.name, outer.pipeline)
        # Static checkers know one type of what a call returns.
        return cast("Pipeline", returned)

    def run(
        self,
        run_name: str | None = None,
        *,
        repository: Repository | None = None,
        **runtime: object,
    ) -> PipelineRunView:
        """Run the pipeline with the defaults of its arguments; see `Pipeline.run`."""
        own = {key: runtime[key] for key in runtime if key in self.parameters}
        if any(
            parameter.default is Parameter.empty and name not in own
            for name, parameter in self.parameters.items()
        ):
            # A wrong name says more than the right one that is missing for it.
            refuse_mistakes(
                self.name,
                runtime,
                keywords=_RUN_KEYWORDS,
                parameters=self.parameters,
                declared=(),
            )
        bound = Pipeline(self, self._bound((), own))
        return bound.run(run_name, repository=repository, **runtime)

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """The parameters that can be given by name."""
        return {
            name: parameter
            for name, parameter in self.types.signature.parameters.items()
            if parameter.kind in _BY_NAME
        }

    def wire(
        self, arguments: BoundArguments, compilation: _compilation.Compilation
    ) -> object:
        """Call the function, whose steps add themselves to a compilation."""
        compilation.enter(self, self.name)
        returned = self._function(*arguments.args, **arguments.kwargs)
        refuse_wrong_return(self.name, self._function, returned)
        return returned

    def replaced(
        self, arguments: BoundArguments, values: Mapping[str, object]
    ) -> BoundArguments:
        """Return arguments, those of which there are new values with these."""
        own = {name: values[name] for name in values if name in self.parameters}
        replaced = BoundArguments(
            arguments.signature, OrderedDict({**arguments.arguments, **own})
        )
        return self._converted(replaced)

    def as_runtime(
        self, runtime: Mapping[str, object], arguments: BoundArguments
    ) -> dict[str, object]:
        """Return a runtime configuration as components are handed it: JSON.

        Args:
            runtime: What was given; a parameter's value is taken from the arguments.
            arguments: What the pipeline is called with.

        Raises:
            PipelineInterfaceError: JSON can't carry a value exactly.
        """
        return {
            key: self._as_parameter(key, arguments.arguments[key])
            if key in self.parameters
            else _as_json(key, value)
            for key, value in runtime.items()
        }

    def _as_parameter(self, name: str, value: object) -> object:
        try:
            return deepcopy(self.types.to_runtime(name, value))
        except PipelineInterfaceError as error:
            hint = (
                f"Give the pipeline itself such a value: 'pipeline({name}=…).run()'."
                " It reaches no component then."
            )
            raise PipelineInterfaceError(error.message, hint=hint) from error

    def _bound(
        self, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> BoundArguments:
        return self._converted(self.types.bind(args, kwargs))

    def _converted(self, bound: BoundArguments) -> BoundArguments:
        for name, value in bound.arguments.items():
            bound.arguments[name] = self.types.convert(name, value)
        return bound

    @cached_property
    def types(self) -> ParameterTypes:
        """What checks and converts the arguments."""
        return ParameterTypes(f"pipeline '{self.name}'", self._function)

    def __repr__(self) -> str:
        return f"<PipelineDefinition '{self.name}'>"


def _repository_here() -> Repository:
    """Return a repository that looks at what is active now."""
    from zen.repository import Repository  # only where a stack is looked up

    return Repository(notify=current_session().notify)


_RUN_KEYWORDS: Final = tuple(
    name
    for name, parameter in inspect.signature(Pipeline.run).parameters.items()
    if parameter.kind in _BY_NAME and name != "self"
)


@overload
def pipeline(function: Callable[P, object], /) -> PipelineDefinition[P]: ...


@overload
def pipeline(
    *, name: str | None = None
) -> Callable[[Callable[P, object]], PipelineDefinition[P]]: ...


def pipeline(
    function: Callable[P, object] | None = None,
    /,
    *,
    name: str | None = None,
    **unknown: object,
) -> PipelineDefinition[P] | Callable[[Callable[P, object]], PipelineDefinition[P]]:
    """Make a pipeline from a function, as `@pipeline` or as `@pipeline(name=…)`.

    The function calls steps and hands the outputs of some to others. Calling the
    pipeline binds the function's arguments; `digits(test_size=0.3).run()` runs it.

    Args:
        function: The function.
        name: The pipeline's name; the function's if it isn't given.
        unknown: Nothing; what is there is refused, with what to write instead.

    Raises:
        PipelineInterfaceError: It is not a function, or there is no such keyword.
        InvalidNameError: Its name breaks the rule for names.
    """
    refuse_unknown("@pipeline", unknown)

    def decorate(function: Callable[P, object]) -> PipelineDefinition[P]:
        return PipelineDefinition(function, name=name)

    return decorate if function is None else decorate(function)


def _run_name(pipeline: str, name: object) -> str:
    if name is None:
        return _default_run_name(pipeline)
    if not isinstance(name, str):
        raise PipelineInterfaceError(
            f"The run of pipeline '{pipeline}' can't be named {show(name)}: a name is"
            " a str.",
            hint="Give the pipeline's parameters by name, as in 'run(epochs=3)'.",
        )
    return check_name(name, "run")


def _default_run_name(pipeline: str) -> str:
    moment = datetime.now(timezone.utc).strftime("%Y_%m_%d-%H_%M_%S_%f")
    return f"{pipeline[: _LONGEST_NAME - 1 - len(moment)]}-{moment}"


def _as_json(key: str, value: object) -> object:
    if not is_json(value):
        raise PipelineInterfaceError(
            f"Runtime configuration '{key}' is a value of type"
            f" '{type(value).__name__}' that JSON can't carry exactly.",
            hint=f"It can be one of: {JSON_TYPES}.",
        )
    return deepcopy(value)
