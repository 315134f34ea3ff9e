"""Wire steps to each other while a pipeline's function runs."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass
from inspect import Parameter
from typing import TYPE_CHECKING, Final

from zen.components.deployment import OutputReference, StepDeployment
from zen.errors import PipelineInterfaceError, did_you_mean
from zen.names import check_name
from zen_pipelines._json_values import is_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import NoReturn

    from zen.components.deployment import CodeLocation
    from zen_pipelines._parameters import ParameterTypes
    from zen_pipelines._signatures import OutputSignature

__all__ = [
    "Compilation",
    "Inlined",
    "StepOutput",
    "StepOutputs",
    "compiling",
    "current",
    "holds_output",
]


class _Valueless:
    """Refuse all that only a value can answer.

    Identity, hashing and `repr` stay: they say nothing about the value.
    """

    __slots__ = ()

    @property
    def _refusal(self) -> PipelineInterfaceError:
        raise NotImplementedError

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise self._refusal

    __bool__ = __str__ = __format__ = __bytes__ = __fspath__ = _refuse
    __int__ = __float__ = __complex__ = __index__ = __call__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _refuse
    __setitem__ = __delitem__ = __next__ = __enter__ = __exit__ = _refuse
    __neg__ = __pos__ = __abs__ = __invert__ = _refuse
    __round__ = __trunc__ = __floor__ = __ceil__ = _refuse
    __add__ = __sub__ = __mul__ = __matmul__ = __truediv__ = __floordiv__ = _refuse
    __mod__ = __divmod__ = __pow__ = __lshift__ = __rshift__ = _refuse
    __and__ = __or__ = __xor__ = _refuse
    __radd__ = __rsub__ = __rmul__ = __rmatmul__ = __rtruediv__ = _refuse
    __rfloordiv__ = __rmod__ = __rdivmod__ = __rpow__ = __rlshift__ = _refuse
    __rrshift__ = __rand__ = __ror__ = __rxor__ = _refuse
    __hash__ = object.__hash__


@dataclass(frozen=True, eq=False, slots=True)
class StepOutput(_Valueless):
    """Stand for an output of a step, in the function of a pipeline.

    Args:
        compilation: The compilation that the step was called in.
        reference: The output.
    """

    compilation: Compilation
    reference: OutputReference

    __iter__ = __reversed__ = __len__ = __getitem__ = _Valueless._refuse  # noqa: SLF001

    def __repr__(self) -> str:
        return f"<StepOutput '{self.reference.output}' of '{self.reference.step}'>"

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        raise self._refusal

    @property
    def _refusal(self) -> PipelineInterfaceError:
        return PipelineInterfaceError(
            f"Output '{self.reference.output}' of step '{self.reference.step}' has no"
            " value yet: a pipeline's function only wires steps.",
            hint="Hand the output to a step, and look at its value there. For several"
            " outputs, annotate the step with a tuple[…], or with a NamedTuple that is"
            " imported outside of 'if TYPE_CHECKING:'.",
        )


class StepOutputs(_Valueless):
    """Stand for the several outputs of a step, or for none.

    Each output is an attribute, so nothing else here has a name that one could have.

    Args:
        step: The step's name.
        outputs: The outputs, by name.
    """

    def __init__(self, step: str, outputs: Mapping[str, StepOutput]) -> None:
        self._step = step
        self._outputs = dict(outputs)

    def __iter__(self) -> Iterator[StepOutput]:
        return iter(self._outputs.values())

    def __len__(self) -> int:
        return len(self._outputs)

    def __repr__(self) -> str:
        return f"<StepOutputs of '{self._step}': {', '.join(self._outputs) or 'none'}>"

    def __getitem__(self, position: int) -> StepOutput:
        try:
            return [*self._outputs.values()][position]
        except (IndexError, TypeError) as error:
            message = f"Step '{self._step}' has no output at {position!r}."
            raise PipelineInterfaceError(message, hint=self._explanation) from error

    def __getattr__(self, name: str) -> StepOutput:
        # Before __init__, as in a copy, there is no dict to look into.
        outputs = self.__dict__.get("_outputs", {})
        if name.startswith("__") or name == "_outputs":
            raise AttributeError(name)
        if name not in outputs:
            message = f"Step '{self._step}' has no output '{name}'."
            raise PipelineInterfaceError(
                message + did_you_mean(name, outputs), hint=self._explanation
            )
        output: StepOutput = outputs[name]
        return output

    @property
    def _refusal(self) -> PipelineInterfaceError:
        return PipelineInterfaceError(
            f"The result of step '{self._step}' has no value yet: a pipeline's function"
            " only wires steps.",
            hint="Hand its outputs to steps, and look at their values there."
            f" {self._explanation}",
        )

    @property
    def _explanation(self) -> str:
        """What there is instead of the whole."""
        return f"Outputs of '{self._step}': {', '.join(self._outputs) or 'none'}."


class Inlined(_Valueless):
    """Stand for what a pipeline returned, when it was called in another's function.

    Args:
        name: The pipeline's name.
        outer: The name of the pipeline that it has become a part of.
    """

    def __init__(self, name: str, outer: str) -> None:
        self._name = name
        self._outer = outer

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        raise self._refusal

    @property
    def _refusal(self) -> PipelineInterfaceError:
        return PipelineInterfaceError(
            f"Pipeline '{self._name}' can't be run in the function of pipeline"
            f" '{self._outer}', which only wires steps, and returned no output.",
            hint=f"A call, '{self._name}()', makes its steps part of"
            f" '{self._outer}'; what it returns can be handed to other steps.",
        )


class Compilation:
    """Collect the steps that a pipeline's function calls.

    Args:
        pipeline: The pipeline's name.
    """

    def __init__(self, pipeline: str) -> None:
        self.pipeline = pipeline
        self.steps: list[StepDeployment] = []
        self._pipelines: list[object] = []

    def enter(self, definition: object, name: str) -> None:
        """Make a pipeline a part of what is compiled.

        Raises:
            PipelineInterfaceError: It is a part of it already.
        """
        if any(definition is known for known in self._pipelines):
            raise PipelineInterfaceError(
                f"Pipeline '{name}' is already a part of pipeline '{self.pipeline}',"
                " and can't be included twice.",
                hint="Put the calls of the steps that are to run again into a plain"
                " function, without @pipeline, and call that.",
            )
        self._pipelines.append(definition)

    def add(
        self,
        name: str,
        code: CodeLocation,
        *,
        types: ParameterTypes,
        outputs: OutputSignature,
        arguments: Mapping[str, object],
    ) -> StepOutput | StepOutputs:
        """Add a step and return what stands for its outputs.

        Args:
            name: The step's name.
            code: Where its function is.
            types: The types of the function's parameters.
            outputs: What it returns.
            arguments: What it was called with, by name.

        Raises:
            PipelineInterfaceError: An argument is neither an output of a step of
                this pipeline nor a value that fits its annotation and JSON.
        """
        name = self._unique(name)
        inputs, parameters = self._sort_arguments(name, types, arguments)
        self.steps.append(StepDeployment(name, code, inputs, parameters, outputs.names))
        return self._stand_ins(name, outputs)

    def _sort_arguments(
        self, name: str, types: ParameterTypes, arguments: Mapping[str, object]
    ) -> tuple[dict[str, OutputReference], dict[str, object]]:
        """Return a step's inputs, and its parameters.

        Defaults that JSON can't carry are left to the function.
        """
        inputs: dict[str, OutputReference] = {}
        parameters: dict[str, object] = {}
        for argument, parameter in types.signature.parameters.items():
            value = arguments.get(argument, parameter.default)
            where = f"Argument '{argument}' of step '{name}'"
            if isinstance(value, StepOutput):
                inputs[argument] = self._check_reference(where, value)
            elif argument in arguments:
                _refuse_outputs(where, value)
                converted = types.convert(argument, value)
                parameters[argument] = deepcopy(types.to_json(argument, converted))
            elif value is not Parameter.empty and is_json(value):
                parameters[argument] = deepcopy(value)
        return inputs, parameters

    def _stand_ins(
        self, name: str, outputs: OutputSignature
    ) -> StepOutput | StepOutputs:
        references = {
            output: StepOutput(self, OutputReference(name, output))
            for output in outputs.names
        }
        if outputs.names and not outputs.is_tuple:
            return references[outputs.names[0]]
        return StepOutputs(name, references)

    def _unique(self, name: str) -> str:
        taken = {step.name for step in self.steps}
        unique, count = name, 1
        while unique in taken:
            count += 1
            unique = f"{name}_{count}"
        return check_name(unique, "step")

    def _check_reference(self, where: str, output: StepOutput) -> OutputReference:
        if output.compilation is not self:
            raise PipelineInterfaceError(
                f"{where} is an output of step '{output.reference.step}' of another"
                f" pipeline, '{output.compilation.pipeline}'.",
                hint="Call that step in this pipeline too.",
            )
        return output.reference


def _refuse_outputs(where: str, value: object) -> None:
    if isinstance(value, Inlined):
        raise PipelineInterfaceError(
            f"{where} was given a pipeline that returns no output.",
            hint="Let its function return the output of one of its steps.",
        )
    if isinstance(value, StepOutputs):
        count = "several outputs" if len(value) else "no output"
        message = f"{where} was given a step with {count}, and takes one."
        raise PipelineInterfaceError(message, hint=value._explanation)  # noqa: SLF001
    if holds_output(value):
        raise PipelineInterfaceError(
            f"{where} holds the output of a step inside a {type(value).__name__}.",
            hint="Give each output an argument of its own.",
        )


def holds_output(value: object) -> bool:
    """Return whether a value is the output of a step, or holds one."""
    if isinstance(value, StepOutput | StepOutputs | Inlined):
        return True
    if isinstance(value, dict):
        return any(map(holds_output, value.values()))
    if isinstance(value, list | tuple | set):
        return any(map(holds_output, value))
    return False


# A step called in a pipeline's function has the signature of its own function, for
# static checkers and for readers, so the compilation can't be one of its arguments.
_COMPILATION: Final[ContextVar[Compilation | None]] = ContextVar(
    "compilation", default=None
)


def current() -> Compilation | None:
    """Return the compilation in progress, or None outside of one."""
    return _COMPILATION.get()


@contextmanager
def compiling(compilation: Compilation) -> Iterator[None]:
    """Let steps that are called inside add themselves to a compilation."""
    token = _COMPILATION.set(compilation)
    try:
        yield
    finally:
        _COMPILATION.reset(token)
