"""What every component must do, whatever its type is."""

from __future__ import annotations

import json
import pickle
import re
import warnings
from functools import partial
from typing import ClassVar, TypeVar

import pytest
from pydantic import ValidationError

from zen.catalog import Catalog
from zen.components import StackComponent
from zen.components.remarks import remarks_on
from zen.components.runtime import runtime_type
from zen.names import check_name
from zen.stack import Lifecycle, StackValidator
from zen.testing._contract import Contract
from zen.testing._demands import demand_error

__all__ = ["ComponentContract", "recreate"]

ComponentT = TypeVar("ComponentT", bound=StackComponent)


def recreate(component: ComponentT) -> ComponentT:
    """Return a component made of what a profile would keep of this one."""
    stored = json.dumps(component.model_dump(mode="json"))
    return type(component).model_validate(json.loads(stored))


class ComponentContract(Contract):
    """Check what all components have in common; subclass it with one fixture.

    The contracts of the core's own types derive from this one. The fixture yields a
    component that is provisioned and runs, where it has anything to provision.

    ```python
    class TestPagerAlerter(ComponentContract):
        @pytest.fixture
        def component(self) -> StackComponent:
            return PagerAlerter(name="pager", room="ops")
    ```

    Attributes:
        BASE: The abstract class of the component's type.
    """

    BASE: ClassVar[type[StackComponent]] = StackComponent

    @pytest.fixture
    def component(self) -> StackComponent:
        """The component under test; the subclass returns it."""
        raise NotImplementedError

    @pytest.fixture
    def contract_subject(self, component: StackComponent) -> type:
        """The component's class."""
        return type(component)

    def test_its_type_and_flavor_are_named(self, component: StackComponent) -> None:
        """What a record refers to is a class variable, spelled as a name is."""
        name = type(component).__qualname__
        assert isinstance(component, self.BASE), (
            f"{name} isn't a subclass of {self.BASE.__name__}."
        )
        assert re.fullmatch(r"[a-z][a-z0-9_]*", component.TYPE), (
            f"The TYPE of {name}, {component.TYPE!r}, is no lower_case name."
        )
        base = getattr(self.BASE, "TYPE", component.TYPE)
        assert base == component.TYPE, (
            f"The TYPE of {name} is {component.TYPE!r}, and that of its base {base!r}."
        )
        assert check_name(component.FLAVOR, "flavor"), f"{name} has an empty FLAVOR."
        fields = {"TYPE", "FLAVOR"} & {*type(component).model_fields}
        assert not fields, (
            f"{name} has fields {sorted(fields)}. Annotate them as ClassVar[str]."
        )

    def test_it_is_called_as_its_author_expects(
        self, component: StackComponent
    ) -> None:
        """A warning tells of methods that are never called, and of open secrets."""
        for remark in remarks_on(type(component)):
            warnings.warn(remark, UserWarning, stacklevel=2)

    def test_a_name_that_is_none_is_refused(self, component: StackComponent) -> None:
        """A name is checked, as that of every component is."""
        configuration = component.model_dump(mode="json")
        wrong = {**configuration, "name": "a/b"}
        make = partial(type(component).model_validate, wrong)
        demand_error(ValidationError, "Its class, with the name 'a/b',", make)

    def test_an_unknown_attribute_is_refused(self, component: StackComponent) -> None:
        """A misspelt attribute is an error, and not left out."""
        configuration = component.model_dump(mode="json")
        wrong = {**configuration, "no_such_attribute": 1}
        make = partial(type(component).model_validate, wrong)
        demand_error(ValidationError, "Its class, with 'no_such_attribute',", make)

    def test_it_does_not_change(self, component: StackComponent) -> None:
        """A component is what its record says, for as long as it lives."""
        rename = partial(setattr, component, "name", "other")
        demand_error(ValidationError, "Setting its name", rename)

    def test_its_configuration_can_be_stored(self, component: StackComponent) -> None:
        """What a profile keeps, as JSON, makes the same component again."""
        again = recreate(component)
        assert again == component, (
            f"Stored as JSON and made again, {component!r} is {again!r}."
        )
        before, after = (each.model_dump(mode="json") for each in (component, again))
        assert after == before, (
            f"Stored as JSON and made again, its configuration is {after}, and was"
            f" {before}."
        )

    def test_it_can_be_sent_to_another_process(self, component: StackComponent) -> None:
        """An engine elsewhere gets the stack as a pickle."""
        sent = pickle.loads(pickle.dumps(component))  # noqa: S301 - made here
        assert sent == component, f"Sent as a pickle, {component!r} is {sent!r}."

    def test_what_it_asks_of_its_stack_can_be_checked(
        self, component: StackComponent
    ) -> None:
        """It asks for nothing, or by a validator."""
        validator = component.validator
        assert validator is None or isinstance(validator, StackValidator), (
            f"Its 'validator' is {validator!r}, and neither None nor a StackValidator."
        )
        required = validator.required_components if validator else frozenset()
        for kind in required:
            assert re.fullmatch(r"[a-z][a-z0-9_]*", kind), (
                f"Its validator requires {kind!r}, which can't be a component type."
            )

    def test_its_runtime_parameters_can_be_checked(
        self, component: StackComponent
    ) -> None:
        """Each has a name that `pipeline.run(…)` can be given, and a type."""
        for name, kind in (component.runtime_parameters or {}).items():
            assert name.isidentifier(), (
                f"'{name}', in runtime_parameters, can't be a keyword of run(…)."
            )
            try:
                runtime_type(kind)
            except TypeError as error:
                message = f"'{name}', in runtime_parameters: {error}."
                raise AssertionError(message) from error

    def test_steps_may_be_prepared_for_and_cleaned_up_after(
        self, component: StackComponent
    ) -> None:
        """Step after step, and also when the turn to prepare never came."""
        component.cleanup_step_run()
        for _ in range(2):
            component.prepare_step_run()
            component.cleanup_step_run()

    def test_going_up_twice_is_going_up(self, component: StackComponent) -> None:
        """What is up already stays up."""
        lifecycle = Lifecycle(Catalog())
        for _ in range(2):
            lifecycle.up(component)
            assert component.is_provisioned, (
                "It was brought up, and 'is_provisioned' is false."
            )
            assert component.is_running, "It was brought up, and 'is_running' is false."

    def test_going_down_twice_is_going_down(self, component: StackComponent) -> None:
        """And what went down comes up again."""
        lifecycle = Lifecycle(Catalog())
        states = []
        for _ in range(2):
            lifecycle.up(component)
            for _ in range(2):
                lifecycle.down(component)
                states.append((component.is_provisioned, component.is_running))
        lifecycle.up(component)
        assert len(set(states)) == 1, (
            "It was brought down twice after each of two times up, and (is_provisioned,"
            f" is_running) was {states}; it must be the same each time."
        )
        assert component.is_running, (
            "It was brought up again after it went down, and 'is_running' is false."
        )
