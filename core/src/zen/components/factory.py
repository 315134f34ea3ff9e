"""Build components from records, and records from components."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

import yaml
from pydantic import SecretBytes, SecretStr, ValidationError

from zen.catalog import on_one_line
from zen.components.deferred import defer, explain, referring_fields
from zen.components.flavors import Flavors
from zen.components.secrets import is_plain, plain_secrets, secret_fields
from zen.components.unknown_keys import find_unknown_key
from zen.errors import ComponentConfigurationError, did_you_mean
from zen.names import check_name
from zen.records import ComponentRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zen.catalog import Catalog
    from zen.components.base import StackComponent
    from zen.components.custom_flavors import CustomFlavors
    from zen.components.flavors import Flavor

__all__ = ["ComponentFactory"]

# What every component has, and nobody configures.
_IDENTITY: Final = {"name", "uuid"}


class ComponentFactory:
    """Turn records into components and back, with the flavors that there are.

    Args:
        catalog: What is installed.
        custom: The flavors that the profile's users have registered.
    """

    def __init__(self, catalog: Catalog, custom: CustomFlavors | None = None) -> None:
        self.flavors = Flavors(catalog, custom)

    def create(
        self,
        component_type: str,
        flavor: str,
        name: str,
        configuration: Mapping[str, object] | None = None,
    ) -> StackComponent:
        """Return a new component.

        Raises:
            InvalidNameError: The name breaks the rule for names.
            FlavorNotFoundError: No plugin offers the flavor.
            ComponentConfigurationError: The flavor doesn't accept the configuration.
        """
        check_name(name, component_type.replace("_", " "))
        self._check_reserved(component_type, name, configuration or {})
        known = self.flavors.get(component_type, flavor)
        return _build(known, component_type, {**(configuration or {}), "name": name})

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
        cls = self.flavors.get(component_type, flavor).cls
        configuration: dict[str, object] = dict(texts)
        for key in _refused(cls, texts):
            with suppress(yaml.YAMLError, RecursionError):
                configuration[key] = yaml.safe_load(texts[key])
        return configuration

    def build(self, record: ComponentRecord) -> StackComponent:
        """Return the component that a record of the profile describes.

        Raises:
            FlavorNotFoundError: No plugin offers its flavor; the hint says which one
                did when it was registered.
            ComponentConfigurationError: The flavor doesn't accept its configuration;
                the hint says how to repair it.
        """
        try:
            return self.make(record)
        except ComponentConfigurationError as error:
            command = f"zen {record.type.replace('_', '-')}"
            raise ComponentConfigurationError(
                error.message,
                hint=f"{error.hint} To repair it, use '{command} update {record.name}"
                f" --KEY=VALUE', or '{command} remove-attribute {record.name} --KEY'.",
            ) from error

    def make(self, record: ComponentRecord) -> StackComponent:
        """Return the component that a record from elsewhere describes.

        Raises:
            FlavorNotFoundError: As of `build`.
            ComponentConfigurationError: The flavor doesn't accept its configuration.
        """
        identity = {"name": record.name, "uuid": record.uuid}
        content = {**record.configuration, **identity}
        return _build(self.flavors.of(record), record.type, content)

    def obsolete(self, record: ComponentRecord) -> set[str]:
        """Return the attributes of a record that its flavor has no longer.

        Raises:
            FlavorNotFoundError: No plugin offers its flavor.
        """
        return record.configuration.keys() - self.flavors.of(record).cls.model_fields

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
            removed: The attributes that get their default again, or that the flavor
                has no longer.

        Raises:
            FlavorNotFoundError: No plugin offers its flavor.
            ComponentConfigurationError: The flavor has no such attribute, or doesn't
                accept the configuration.
        """
        gone = set(removed)
        flavor = self.flavors.of(record).cls
        present = {*flavor.model_fields, *record.configuration} - _IDENTITY
        for key in sorted(gone - present):
            title = _title(record.type, record.name)
            suggestion = did_you_mean(key, present)
            raise ComponentConfigurationError(
                f"{title} has no attribute '{key}' to remove.{suggestion}",
                hint=_attributes_hint(record.type, record.flavor, flavor),
            )
        kept = {k: v for k, v in record.configuration.items() if k not in gone}
        configuration = {**kept, **changes}
        self._check_reserved(record.type, record.name, configuration)
        return self.make(replace(record, configuration=configuration))

    def record(self, component: StackComponent) -> ComponentRecord:
        """Return the record that describes a component.

        Raises:
            FlavorNotFoundError: No plugin offers its flavor.
            ComponentConfigurationError: It holds a secret, which no store may keep.
            PluginError: A plugin's flavor fails to tell its attributes.
            CustomFlavorError: So does one of the profile's own.
        """
        provider = self.flavors.provider_of(component)
        for attribute, value in self._dumped(component, "python").items():
            if is_plain(value):
                raise ComponentConfigurationError(
                    f"'{attribute}' of {_title(component.TYPE, component.name)} is a"
                    " secret, and no store may keep one.",
                    hint=_reference_hint(attribute, value),
                )
        return ComponentRecord(
            type=str(component.TYPE),
            name=component.name,
            flavor=component.FLAVOR,
            configuration=self._dumped(component, "json"),
            provider=provider,
            secrets=secret_fields(type(component)),
            uuid=component.uuid,
        )

    def _dumped(
        self, component: StackComponent, mode: Literal["json", "python"]
    ) -> dict[str, object]:
        try:
            return component.model_dump(mode=mode, exclude=_IDENTITY)
        except KeyboardInterrupt:
            raise
        # A flavor's own types and serializers, which may raise anything.
        except BaseException as error:
            title = _title(component.TYPE, component.name)
            flavor = self.flavors.get(component.TYPE, component.FLAVOR)
            problem = f"failed to keep {title}: {on_one_line(error)}"
            raise flavor.fault(problem) from error

    @staticmethod
    def _check_reserved(
        component_type: str, name: str, configuration: Mapping[str, object]
    ) -> None:
        for reserved in sorted(_IDENTITY & set(configuration)):
            title = _title(component_type, name)
            raise ComponentConfigurationError(
                f"'{reserved}' of {title} is not an attribute that can be configured.",
                hint="Leave it out: the name comes first, and the uuid is made up.",
            )


def _build(
    flavor: Flavor, component_type: str, content: Mapping[str, object]
) -> StackComponent:
    title = _title(component_type, content["name"])
    made = None
    referring = referring_fields(flavor.cls, content)
    try:
        made = flavor.cls.model_validate(
            {key: content[key] for key in content if key not in referring}
        )
    except ValidationError as error:
        if problems := explain(error, referring):
            raise ComponentConfigurationError(
                f"The configuration of {title} doesn't fit flavor '{flavor.name}':"
                f" {problems}",
                hint=_attributes_hint(component_type, flavor.name, flavor.cls),
            ) from error
    except KeyboardInterrupt:
        raise
    # A flavor's own validators, which may raise anything, and may do so because what
    # isn't known yet is left out.
    except BaseException as error:
        if not referring or not isinstance(error, Exception):
            problem = f"failed to make {title}: {on_one_line(error)}"
            raise flavor.fault(problem) from error
    if made and (unknown := find_unknown_key(content, made)):
        raise ComponentConfigurationError(
            f"The configuration of {title} doesn't fit flavor '{flavor.name}':"
            f" {unknown}.",
            hint=_attributes_hint(component_type, flavor.name, flavor.cls),
        )
    if made and not referring:
        return made
    return defer(flavor.cls, content, referring, made)


def _title(component_type: str, name: object) -> str:
    return f"{component_type.replace('_', ' ')} '{name}'"


def _attributes_hint(
    component_type: str, flavor: str, cls: type[StackComponent]
) -> str:
    names = (f"--{key}" for key in sorted(set(cls.model_fields) - _IDENTITY))
    command = f"zen {component_type.replace('_', '-')} flavor describe {flavor}"
    return f"Attributes: {', '.join(names) or 'none'}; see '{command}'."


def _reference_hint(attribute: str, value: object) -> str:
    """Say what to give in place of a secret."""
    if any(isinstance(secret, SecretBytes) for secret in plain_secrets(value)):
        return (
            "No reference can be given in its place, for it is SecretBytes: its"
            f" flavor's author should make '{attribute}' a SecretStr."
        )
    form = "%s"
    if not isinstance(value, SecretStr):
        form = '{KEY: "%s"}' if isinstance(value, dict) else '["%s"]'
    variable, key = form % "${NAME}", form % "{{name.key}}"
    return (
        f"Name an environment variable that holds it, as in {attribute}='{variable}',"
        f" or a key of a secret of the stack's secrets manager, as in"
        f" {attribute}='{key}'; see 'zen secret --help'."
    )


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
