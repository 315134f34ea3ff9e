"""Build components from records, and records from components."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import yaml
from pydantic import SecretBytes, SecretStr, ValidationError

from zen.catalog import PluginState, contract_error, on_one_line
from zen.components.base import StackComponent
from zen.components.secrets import is_reference
from zen.errors import (
    ComponentConfigurationError,
    FlavorNotFoundError,
    did_you_mean,
)
from zen.records import ComponentRecord, Provider

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from zen.catalog import Catalog, Offer
    from zen.plugin import FlavorSpec

__all__ = ["ComponentFactory"]

# What every component has, and nobody configures.
_IDENTITY: Final = {"name", "uuid"}


class ComponentFactory:
    """Turn records into components and back, with the flavors that are installed.

    Args:
        catalog: What is installed.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def create(
        self,
        component_type: str,
        flavor: str,
        name: str,
        configuration: Mapping[str, object] | None = None,
    ) -> StackComponent:
        """Return a new component.

        Raises:
            FlavorNotFoundError: No plugin offers the flavor.
            ComponentConfigurationError: The flavor doesn't accept the configuration.
        """
        self._check_reserved(component_type, name, configuration or {})
        return self._build(component_type, flavor, name, configuration or {})

    def parse(
        self, component_type: str, flavor: str, texts: Mapping[str, str]
    ) -> dict[str, object]:
        """Return a configuration that is given as texts, as on a command line.

        A text that an attribute doesn't take as it is, such as `[a, b]` for a list,
        is read as YAML. What it doesn't take then either is left for `create` and
        `build` to refuse.

        Raises:
            FlavorNotFoundError: No plugin offers the flavor.
        """
        cls = self.load_flavor(self._catalog.flavor(component_type, flavor))
        configuration: dict[str, object] = dict(texts)
        for key in _refused(cls, texts):
            with suppress(yaml.YAMLError):
                configuration[key] = yaml.safe_load(texts[key])
        return configuration

    def build(self, record: ComponentRecord) -> StackComponent:
        """Return the component that a record describes.

        Raises:
            FlavorNotFoundError: No plugin offers its flavor; the hint says which one
                did when it was registered.
            ComponentConfigurationError: The flavor doesn't accept its configuration.
        """
        try:
            return self._build(
                record.type,
                record.flavor,
                record.name,
                record.configuration,
                uuid=record.uuid,
            )
        except FlavorNotFoundError as error:
            if not record.provider:
                raise
            problem, hint = self._explain_absence(record.provider)
            title = record.type.replace("_", " ")
            raise FlavorNotFoundError(
                record.flavor,
                error.available,
                of=f"for {title} '{record.name}': it came from {record.provider},"
                f" {problem}",
                hint=hint,
            ) from error

    def reconfigure(
        self,
        record: ComponentRecord,
        changes: Mapping[str, object],
        *,
        removed: Iterable[str] = (),
    ) -> StackComponent:
        """Return the component that a record describes, configured anew.

        Args:
            record: The record.
            changes: The attributes that get another value.
            removed: The attributes that get their default again.

        Raises:
            FlavorNotFoundError: No plugin offers its flavor.
            ComponentConfigurationError: The flavor has no such attribute, or doesn't
                accept the configuration.
        """
        gone = set(removed)
        flavor = self.load_flavor(self._catalog.flavor(record.type, record.flavor))
        for key in gone - (set(flavor.model_fields) - _IDENTITY):
            title = f"{record.type.replace('_', ' ')} '{record.name}'"
            suggestion = did_you_mean(key, set(flavor.model_fields) - _IDENTITY)
            raise ComponentConfigurationError(
                f"'{key}' is no attribute of {title} that could be removed."
                f"{suggestion}",
                hint=_attributes_hint(record.type, record.flavor, flavor),
            )
        kept = {k: v for k, v in record.configuration.items() if k not in gone}
        configuration = {**kept, **changes}
        self._check_reserved(record.type, record.name, configuration)
        return self.build(replace(record, configuration=configuration))

    def record(self, component: StackComponent) -> ComponentRecord:
        """Return the record that describes a component.

        Raises:
            FlavorNotFoundError: No plugin offers its flavor.
            ComponentConfigurationError: It holds a secret, which no store may keep.
        """
        owner = self._catalog.flavor(component.TYPE, component.FLAVOR).owner
        for attribute, value in component.model_dump().items():
            if _holds_secret(value) and not is_reference(value):
                raise ComponentConfigurationError(
                    f"'{attribute}' of {component.TYPE.replace('_', ' ')}"
                    f" '{component.name}' is a secret, and no store may keep one.",
                    hint="Name an environment variable that holds it, as in"
                    f" {attribute}='${{NAME}}', or leave '{attribute}' out.",
                )
        return ComponentRecord(
            type=component.TYPE,
            name=component.name,
            flavor=component.FLAVOR,
            configuration=component.model_dump(mode="json", exclude={"name", "uuid"}),
            provider=Provider(owner.distribution, owner.version),
            uuid=component.uuid,
        )

    @staticmethod
    def _check_reserved(
        component_type: str, name: str, configuration: Mapping[str, object]
    ) -> None:
        for reserved in sorted(_IDENTITY & set(configuration)):
            raise ComponentConfigurationError(
                f"'{reserved}' of {component_type.replace('_', ' ')} '{name}' is no"
                " attribute to be configured.",
                hint="Leave it out: the name comes first, and the uuid is made up.",
            )

    def _explain_absence(self, provider: Provider) -> tuple[str, str]:
        """Say why a distribution offers nothing here, and what to do about it."""
        install = f"Install it with 'pip install {provider.requirement}'"
        for plugin in self._catalog.plugins:
            if plugin.owner.distribution != provider.distribution:
                continue
            if plugin.error:
                return "which can't be used", plugin.error.in_full
            if plugin.state is PluginState.DISABLED:
                enable = f"Enable it with 'zen plugin enable {plugin.owner.plugin}'."
                return "which is disabled", enable
            installed = f"and {plugin.owner}, which is installed, has no such flavor"
            return installed, f"{install}, or see 'zen plugin list'."
        return "which isn't installed", f"{install}, or see 'zen plugin list'."

    def _build(
        self,
        component_type: str,
        flavor: str,
        name: str,
        configuration: Mapping[str, object],
        *,
        uuid: UUID | None = None,
    ) -> StackComponent:
        offer = self._catalog.flavor(component_type, flavor)
        cls = self.load_flavor(offer)
        identity = {"name": name} | ({"uuid": uuid} if uuid else {})
        try:
            return cls.model_validate({**configuration, **identity})
        except ValidationError as error:
            problems = "; ".join(_explain(problem) for problem in error.errors())
            raise ComponentConfigurationError(
                f"The configuration of {component_type.replace('_', ' ')} '{name}'"
                f" doesn't fit flavor '{flavor}': {problems}",
                hint=_attributes_hint(component_type, flavor, cls),
            ) from error
        except KeyboardInterrupt:
            raise
        # A flavor's own validators, which may raise anything.
        except BaseException as error:
            raise contract_error(
                offer.owner,
                f"Flavor '{flavor}' of {offer.owner} failed to make"
                f" {component_type.replace('_', ' ')} '{name}': {on_one_line(error)}",
            ) from error

    def load_flavor(self, offer: Offer[FlavorSpec]) -> type[StackComponent]:
        """Import a flavor's class, and check that it is what it is offered as.

        Raises:
            PluginLoadError: It can't be imported.
            PluginContractError: It isn't what it is offered as.
        """
        spec = offer.spec
        cls = self._catalog.load_class(offer, base=self._base_of(spec.type))
        declared = (getattr(cls, "TYPE", None), getattr(cls, "FLAVOR", None))
        if declared == (spec.type, spec.name):
            return cls
        raise contract_error(
            offer.owner,
            f"'{spec.source}' of {offer.owner} calls itself {declared}, and is offered"
            f" as {(spec.type, spec.name)}.",
        )

    def _base_of(self, component_type: str) -> type[StackComponent]:
        base = self._catalog.load_base(component_type)
        if isinstance(base, type) and issubclass(base, StackComponent):
            return base
        return StackComponent


def _attributes_hint(
    component_type: str, flavor: str, cls: type[StackComponent]
) -> str:
    names = (f"--{key}" for key in sorted(set(cls.model_fields) - _IDENTITY))
    command = f"zen {component_type.replace('_', '-')} flavor describe {flavor}"
    return f"Attributes: {', '.join(names) or 'none'}; see '{command}'."


def _refused(cls: type[StackComponent], texts: Mapping[str, str]) -> set[str]:
    """Return the attributes that don't take their texts."""
    try:
        cls.model_validate(texts)
    except ValidationError as error:
        places = (problem["loc"] for problem in error.errors())
        return {str(place[0]) for place in places if place and place[0] in texts}
    # A flavor's own validators, which may raise anything; when the component is made,
    # they do so again, and are blamed.
    except Exception:  # noqa: BLE001
        return set()
    return set()


def _holds_secret(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_secret, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return any(map(_holds_secret, value))
    return isinstance(value, SecretStr | SecretBytes)


def _explain(problem: Mapping[str, object]) -> str:
    location = problem["loc"]
    where = ".".join(map(str, location)) if isinstance(location, tuple) else ""
    text = str(problem["msg"]).removeprefix("Value error, ")
    return f"{where}: {text}" if where else text
