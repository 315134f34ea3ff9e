"""Make steps from functions."""

from __future__ import annotations

import sys
from copy import deepcopy
from functools import cached_property, update_wrapper
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar, cast, overload

from zen.errors import PipelineInterfaceError
from zen.names import check_name
from zen_pipelines import _code, _compilation
from zen_pipelines._mistakes import refuse_unknown
from zen_pipelines._parameters import ParameterTypes
from zen_pipelines._signatures import check_function, read_outputs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zen.components.deployment import CodeLocation
    from zen_pipelines._signatures import OutputSignature

__all__ = ["Step", "find_step", "step"]

P = ParamSpec("P")
R = TypeVar("R")


class Step(Generic[P, R]):
    """Be a function that a pipeline can run as one of its steps.

    Called in the function of a pipeline, it wires itself into the pipeline and
    returns what stands for its outputs. Called anywhere else, it is its function.

    Args:
        function: The function.
        name: The step's name; the function's if it isn't given.

    Raises:
        PipelineInterfaceError: The function can't be a step.
        InvalidNameError: Its name breaks the rule for names.
    """

    def __init__(self, function: Callable[P, R], *, name: str | None = None) -> None:
        update_wrapper(self, function)
        own_name: str = getattr(function, "__name__", "step")
        self.name = own_name if name is None else name
        check_function(self.name, function)
        check_name(self.name, "step")
        self.function = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function, or wire the step into the pipeline being compiled."""
        compilation = _compilation.current()
        if compilation is None:
            self._check_call(args, kwargs)
            return self.function(*args, **kwargs)
        place = f" of pipeline '{compilation.pipeline}'"
        bound = self._types.bind(args, kwargs, place=place)
        wired = compilation.add(
            self.name,
            self._checked_location(),
            types=self._types,
            outputs=self.outputs,
            arguments=bound.arguments,
        )
        # To the pipeline's function it is what the step returns, also when checked.
        return cast("R", wired)

    def _check_call(
        self, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> None:
        """Refuse a call outside of a pipeline that lacks inputs, and say what to do."""
        try:
            self._types.bind(args, kwargs, place=" outside of a pipeline")
        except PipelineInterfaceError as error:
            hint = (
                "Call the steps in the pipeline's function. A pipeline that takes"
                f" steps as arguments is handed the step itself: '{self.name}', not"
                f" '{self.name}()'."
            )
            raise PipelineInterfaceError(error.message, hint=hint) from error

    def __repr__(self) -> str:
        return f"<Step '{self.name}'>"

    @cached_property
    def outputs(self) -> OutputSignature:
        """What the step returns; read late, for annotations of what comes after."""
        return read_outputs(self.name, self.function)

    def read_parameters(self, carried: Mapping[str, object]) -> dict[str, object]:
        """Return the parameters of a deployment as the function takes them."""
        return {
            name: self._types.from_json(name, deepcopy(value))
            for name, value in carried.items()
        }

    def check_inputs(self, inputs: Mapping[str, object]) -> None:
        """Refuse outputs of other steps that aren't of the annotated types.

        Raises:
            PipelineInterfaceError: An output isn't what its argument takes.
        """
        for name, value in inputs.items():
            self._types.check_input(name, value)

    @cached_property
    def _types(self) -> ParameterTypes:
        return ParameterTypes(f"step '{self.name}'", self.function)

    def _checked_location(self) -> CodeLocation:
        code = _code.locate(self.function)
        # The module that runs is known as `__main__` here, whatever others call it.
        module = sys.modules.get(self.function.__module__)
        if getattr(module, code.name, None) is not self:
            raise PipelineInterfaceError(
                f"Step '{self.name}' isn't what module '{code.module}' has as"
                f" '{code.name}', and orchestrators import steps by that name.",
                hint="Put @step right above its function, at the top level of the"
                " module.",
            )
        return code


@overload
def step(function: Callable[P, R], /) -> Step[P, R]: ...


@overload
def step(*, name: str | None = None) -> Callable[[Callable[P, R]], Step[P, R]]: ...


def step(
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    **unknown: object,
) -> Step[P, R] | Callable[[Callable[P, R]], Step[P, R]]:
    """Make a step from a function, as `@step` or as `@step(name=…)`.

    The function is at the top level of its module, and annotated throughout. What it
    returns is one output, called `output`; a NamedTuple's fields, or the items of a
    `tuple[Annotated[int, "a"], Annotated[str, "b"]]`, are an output each.

    Args:
        function: The function.
        name: The step's name; the function's if it isn't given.
        unknown: Nothing; what is there is refused, with what to write instead.

    Raises:
        PipelineInterfaceError: The function can't be a step, or there is no such
            keyword.
        InvalidNameError: Its name breaks the rule for names.
    """
    refuse_unknown("@step", unknown)

    def decorate(function: Callable[P, R]) -> Step[P, R]:
        return Step(function, name=name)

    return decorate if function is None else decorate(function)


def find_step(code: CodeLocation) -> Step[..., object]:
    """Return the step that is at a place in the code.

    Raises:
        PipelineInterfaceError: There is no step.
    """
    for found in _code.find(code):
        if isinstance(found, Step):
            return found
    raise PipelineInterfaceError(
        f"Step '{code.name}' of module '{code.module}' can't be found in"
        f" '{code.file or 'an interactive session'}'.",
        hint="Keep it in a file that the process which runs the step can read, at the"
        " top level.",
    )
