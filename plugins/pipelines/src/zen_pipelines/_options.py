"""Read a pipeline's parameters from the command line of `zen run`."""

from __future__ import annotations

from dataclasses import dataclass, field
from inspect import Parameter, cleandoc
from shlex import join
from typing import TYPE_CHECKING

import click

from zen.errors import PipelineInterfaceError, did_you_mean
from zen_pipelines._option_values import read_value
from zen_pipelines._parameters import show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zen_pipelines.pipelines import PipelineDefinition

__all__ = ["OptionError", "Options"]


class OptionError(click.UsageError):
    """Report an option that no pipeline takes, or not with this value."""


@dataclass
class Options:
    """Hold the options that wait for the pipeline of a file.

    Args:
        target: The file, or `-m` and the module, as it was typed.
        texts: The text of each option, or None where it has none, by parameter.
        own: The arguments of the file itself.
        is_help: Whether a description of the options is all that is wanted.
        runner: The pipeline that the file wanted to run by itself, once it has.
    """

    target: str
    texts: Mapping[str, str | None]
    own: Sequence[str]
    is_help: bool = False
    runner: list[PipelineDefinition[...]] = field(default_factory=list)

    @classmethod
    def read(cls, target: str, arguments: Sequence[str]) -> Options:
        """Return the options before `--`, and what comes after it.

        Raises:
            OptionError: An argument is no option, or an option is given twice.
        """
        border = arguments.index("--") if "--" in arguments else len(arguments)
        waiting, own = [*arguments[:border]], arguments[border + 1 :]
        options: dict[str, str | None] = {}
        is_help = False
        while waiting:
            argument = waiting.pop(0)
            if argument in {"-h", "--help"}:
                is_help = True
                continue
            option, separator, value = argument.partition("=")
            name = option[2:].replace("-", "_")
            if not option.startswith("--") or not name.isidentifier():
                advice = f"zen run {target} -- {join([*arguments[:border], *own])}"
                raise OptionError(
                    f"'{argument}' is not an option of a pipeline. Give parameters as"
                    " in '--epochs 3', a list as in '--sizes \"[1, 2]\"', and arguments"
                    " of the file itself after '--':"
                    f" '{advice}'."
                )
            if name in options:
                raise OptionError(f"Option '{option}' is given twice.")
            if separator:
                options[name] = value
            else:
                follows = waiting and not waiting[0].startswith("--")
                options[name] = waiting.pop(0) if follows else None
        return cls(target, options, own, is_help)

    @property
    def are_waiting(self) -> bool:
        """Whether there is anything that a pipeline must take."""
        return bool(self.texts) or self.is_help

    def refuse(self) -> None:
        """Refuse to set parameters of a pipeline that the file runs by itself.

        Raises:
            OptionError: Always.
        """
        names = [f"'{_option(name)}'" for name in self.texts]
        texts = (
            [_option(name)] if text is None else [_option(name), text]
            for name, text in self.texts.items()
        )
        arguments = join([word for words in texts for word in words] + [*self.own])
        raise OptionError(
            f"'{self.target}' runs pipeline '{self.runner[0].name}' by itself, so that"
            f" {' and '.join(names)} can't set its parameters. Nothing has run. Let the"
            " file define the pipeline and not run it, or hand arguments to the file:"
            f" 'zen run {self.target} -- {arguments}'."
        )

    def values(self, definition: PipelineDefinition[...]) -> dict[str, object]:
        """Return the values of the parameters that are given.

        Raises:
            OptionError: The pipeline has no such parameter, or not with this value,
                or two options contradict each other.
        """
        values: dict[str, object] = {}
        for option, text in self.texts.items():
            name, value = self._value(definition, option, text)
            if name in values:
                raise OptionError(
                    f"Options '{_option(name)}' and '{_option(f'no_{name}')}' can't be"
                    " given together."
                )
            values[name] = value
        return values

    def require(
        self, definition: PipelineDefinition[...], values: Mapping[str, object]
    ) -> None:
        """Refuse to run a pipeline without a value for each parameter that needs one.

        Raises:
            OptionError: A parameter has neither a value nor a default.
        """
        missing = [
            f"'{_option(name)}'"
            for name, parameter in definition.parameters.items()
            if parameter.default is Parameter.empty and name not in values
        ]
        if missing:
            raise OptionError(
                f"Pipeline '{definition.name}' needs {' and '.join(missing)}. See"
                f" 'zen run {self.target} --help'."
            )

    def _value(
        self, definition: PipelineDefinition[...], name: str, text: str | None
    ) -> tuple[str, object]:
        parameters = definition.parameters
        positive = name.removeprefix("no_")
        is_negative = name not in parameters and text is None
        if is_negative and definition.types.is_flag(positive):
            return positive, False
        if name not in parameters and name != positive:
            self._refuse_value(definition, name, positive)
        if name not in parameters:
            options = [_option(each) for each in parameters]
            raise OptionError(
                f"Pipeline '{definition.name}' has no parameter for '{_option(name)}'."
                f"{did_you_mean(_option(name), options)} Its options:"
                f" {', '.join(options) or 'none'}."
            )
        if text is None and definition.types.is_flag(name):
            return name, True
        if text is None:
            raise OptionError(f"Option '{_option(name)}' has no value.")
        try:
            return name, read_value(definition.types, name, text)
        except PipelineInterfaceError as error:
            raise OptionError(error.message) from error
        except ValueError as error:
            raise OptionError(f"Option '{_option(name)}' {error}.") from error

    @staticmethod
    def _refuse_value(
        definition: PipelineDefinition[...], name: str, positive: str
    ) -> None:
        """Refuse the value that was given to the negative option of a flag."""
        if definition.types.is_flag(positive):
            option = _option(name)
            raise OptionError(
                f"Option '{option}' takes no value. Write '{option}', or"
                f" '{_option(positive)}=false'."
            )

    def describe(
        self, definition: PipelineDefinition[...], given: Mapping[str, object]
    ) -> str:
        """Return the help that `--help` asks for.

        Args:
            definition: The pipeline.
            given: The arguments that the file has given it; its defaults here.
        """
        formatter = click.HelpFormatter()
        rows = [] if self.runner else _rows(definition, given)
        options = "[OPTIONS] " if rows else ""
        formatter.write_usage(f"zen run {self.target}", f"{options}[-- ARGS]...")
        about = [cleandoc(definition.__doc__ or "")]
        if self.runner:
            about.append(
                f"The file runs pipeline '{definition.name}' by itself; what comes"
                " after '--' are its arguments."
            )
        for paragraph in filter(None, about):
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(paragraph)
        if rows:
            with formatter.section(f"Parameters of pipeline '{definition.name}'"):
                formatter.write_dl(rows)
        return formatter.getvalue().rstrip()


def _rows(
    definition: PipelineDefinition[...], given: Mapping[str, object]
) -> list[tuple[str, str]]:
    rows = []
    for name, parameter in definition.parameters.items():
        converter = definition.types[name]
        kind = f" {converter.text}" if converter else ""
        default = given.get(name, parameter.default)
        rows.append(
            (
                f"{_option(name)}{kind}",
                "[required]"
                if default is Parameter.empty
                else f"[default: {show(default)}]",
            )
        )
    return rows


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
