"""Bring components up and down, and tell those who watch."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from zen.catalog import on_one_line
from zen.errors import FlavorNotFoundError, ProvisioningError, VetoError, ZenError
from zen.notices import Caution
from zen.plugin import LifecycleContext, LifecycleEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from zen.catalog import Catalog, Owner
    from zen.components import StackComponent
    from zen.plugin import LifecycleVerb

__all__ = ["Lifecycle"]

_DOWNWARDS: Final = {"suspend", "deprovision"}
_PARTICIPLES: Final = {
    "provision": "provisioned",
    "resume": "resumed",
    "suspend": "suspended",
    "deprovision": "deprovisioned",
}


class Lifecycle:
    """Apply the four verbs to components, through the hooks.

    A verb is answered by the plugin that owns the component's flavor, else by the
    component's own method. Every plugin may watch, and forbid, before it happens.

    Args:
        catalog: What is installed.
        notify: Takes each notice for the user.
    """

    def __init__(
        self, catalog: Catalog, notify: Callable[[str], None] | None = None
    ) -> None:
        self._catalog = catalog
        self._notify = notify or (lambda _: None)

    def up(self, *components: StackComponent, stack: str | None = None) -> None:
        """Provision and resume components, in order."""
        self.apply("provision", components, stack=stack)
        self.apply("resume", components, stack=stack)

    def down(
        self, *components: StackComponent, stack: str | None = None, force: bool = False
    ) -> None:
        """Suspend and deprovision components, in the opposite order.

        Args:
            components: The components.
            stack: The stack that they are brought down for.
            force: Whether to go on where one fails: with its other verb, and with the
                other components. A notice tells of each failure.

        Raises:
            ProvisioningError: A component failed; with `force`, one could not be
                deprovisioned, and the others are down.
            VetoError: A plugin forbids it.
        """
        failures: list[ProvisioningError] = []
        verbs: tuple[LifecycleVerb, ...] = ("suspend", "deprovision")
        for verb in verbs:
            failures = []
            for component in reversed(components):
                try:
                    self.apply(verb, [component], stack=stack)
                except ProvisioningError as error:
                    if not force:
                        raise
                    self._notify(Caution(f"Warning: {error}"))
                    failures.append(error)
        if failures:
            raise failures[0]

    def apply(
        self,
        verb: LifecycleVerb,
        components: Iterable[StackComponent],
        *,
        stack: str | None = None,
    ) -> None:
        """Apply a verb to those components that aren't in its state already.

        A component that raises `NotImplementedError` on the way down is left as it
        is; a notice tells of it, and the others follow.

        Raises:
            ProvisioningError: A component failed; those before it have changed state.
            VetoError: A plugin forbids it.
        """
        ordered = list(components)
        for component in reversed(ordered) if verb in _DOWNWARDS else ordered:
            owner = self._owner_of(component)
            with _blaming(component, owner, f"couldn't be {_PARTICIPLES[verb]}"):
                self._apply(verb, component, owner, stack)

    def is_running(self, component: StackComponent) -> bool:
        """Tell whether a component's resources are running.

        Raises:
            ProvisioningError: It fails to tell.
        """
        owner = self._owner_of(component)
        with _blaming(component, owner, "can't tell its state"):
            return bool(component.is_running)

    def is_live(self, component: StackComponent) -> bool:
        """Tell whether a component has a lifecycle of its own, and is provisioned.

        One whose class leaves `is_provisioned` as it is has none: nobody brings it up.

        Raises:
            ProvisioningError: It fails to tell.
        """
        # Loaded already: the component is of that class.
        from zen.components import StackComponent

        if type(component).is_provisioned is StackComponent.is_provisioned:
            return False
        with _blaming(component, self._owner_of(component), "can't tell its state"):
            return bool(component.is_provisioned)

    def _apply(
        self,
        verb: LifecycleVerb,
        component: StackComponent,
        owner: Owner | None,
        stack: str | None,
    ) -> None:
        if _is_done(verb, component):
            return
        event = LifecycleEvent(
            verb, component.TYPE, component.name, component.FLAVOR, stack
        )
        self._announce_before(event)
        if not (owner and self._answers(owner, verb, component, stack)):
            try:
                getattr(component, verb)()
            except NotImplementedError:
                if verb not in _DOWNWARDS:
                    raise
                text = (
                    f"Warning: {_title(component)} can't be {_PARTICIPLES[verb]}: its"
                    f" flavor '{component.FLAVOR}' doesn't implement '{verb}'. It was"
                    " left as it is."
                )
                self._notify(Caution(text))
                return
            if verb == "provision" and not component.is_provisioned:
                raise _failure(
                    verb,
                    component,
                    owner,
                    "its 'provision' has returned, and 'is_provisioned' is false",
                )
        self._announce_after(event)

    def _answers(
        self,
        owner: Owner,
        verb: LifecycleVerb,
        component: StackComponent,
        stack: str | None,
    ) -> bool:
        """Call the owner's hook; tell whether that has done what is to be done."""
        hook = self._catalog.lifecycle_hook(verb, owner)
        if hook is None:
            return False
        name = f"hook 'zen_{verb}' of plugin '{owner.plugin}'"
        try:
            is_done = bool(hook(component=component, context=LifecycleContext(stack)))
        except (ZenError, KeyboardInterrupt):
            raise
        # The hook is the plugin's own code; what it raises is the plugin's failure.
        except BaseException as error:
            problem = f"{name} raised {on_one_line(error)}"
            raise _failure(verb, component, owner, problem) from error
        if is_done and not _is_in_state(verb, component):
            problem = f"{name} says that it is, but the component says that it isn't"
            raise _failure(verb, component, owner, problem)
        return is_done

    def _owner_of(self, component: StackComponent) -> Owner | None:
        """Return whose flavor it is; a user's own class is no plugin's."""
        try:
            return self._catalog.flavor(component.TYPE, component.FLAVOR).owner
        except FlavorNotFoundError:
            return None

    def _announce_before(self, event: LifecycleEvent) -> None:
        for plugin, observe in self._catalog.observers("before"):
            try:
                observe(event)
            except VetoError as error:
                raise VetoError(
                    f"Plugin '{plugin}' won't let '{event.name}' be"
                    f" {_PARTICIPLES[event.verb]}: {error}",
                    hint=error.hint,
                ) from error
            except KeyboardInterrupt:
                raise
            # Who watches can't be allowed to stop what is watched.
            except BaseException as error:  # noqa: BLE001
                self._report(plugin, "before", error)

    def _announce_after(self, event: LifecycleEvent) -> None:
        for plugin, observe in self._catalog.observers("after"):
            try:
                observe(event)
            except KeyboardInterrupt:
                raise
            # Who watches can't be allowed to stop what is watched.
            except BaseException as error:  # noqa: BLE001
                self._report(plugin, "after", error)

    def _report(self, plugin: str, moment: str, error: BaseException) -> None:
        reason = on_one_line(error)
        text = f"Warning: plugin '{plugin}' failed in zen_{moment}_lifecycle: {reason}"
        self._notify(Caution(text))


@contextmanager
def _blaming(
    component: StackComponent, owner: Owner | None, problem: str
) -> Iterator[None]:
    """Say which component failed, and whose its flavor is."""
    # Loaded already, with the component itself.
    from zen.components.blame import blaming

    origin = str(owner or type(component).__module__)
    with blaming(component, problem, ProvisioningError, origin=origin):
        yield


def _failure(
    verb: LifecycleVerb, component: StackComponent, owner: Owner | None, problem: str
) -> ProvisioningError:
    """Say that what a flavor's code does isn't what it should do."""
    disable = f", or use 'zen plugin disable {owner.plugin}'" if owner else ""
    return ProvisioningError(
        f"{_title(component)} couldn't be {_PARTICIPLES[verb]}: {problem}.",
        hint=f"Its flavor '{component.FLAVOR}' comes from"
        f" {owner or type(component).__module__}. Tell its author{disable}.",
    )


def _is_in_state(verb: LifecycleVerb, component: StackComponent) -> bool:
    """Tell whether a component is as a verb leaves it."""
    is_there = (
        component.is_provisioned
        if verb in {"provision", "deprovision"}
        else component.is_running
    )
    return bool(is_there) is (verb not in _DOWNWARDS)


def _is_done(verb: LifecycleVerb, component: StackComponent) -> bool:
    if verb != "resume":
        return _is_in_state(verb, component)
    if not component.is_running and not component.is_provisioned:
        raise ProvisioningError(
            f"{_title(component)} can't be resumed: it isn't provisioned.",
            hint=f"Run 'zen {component.TYPE.replace('_', '-')} up {component.name}'.",
        )
    return component.is_running


def _title(component: StackComponent) -> str:
    return f"{component.TYPE.replace('_', ' ').capitalize()} '{component.name}'"
