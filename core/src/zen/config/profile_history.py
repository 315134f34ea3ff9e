"""Look back on a profile, and restore it without losing what is active in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen.errors import InUseError
from zen.stores.past import History

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zen.config.activation import Activation
    from zen.config.profile import ProfileConfiguration
    from zen.stores import Change, Store
    from zen.stores.past import Restoration

__all__ = ["ProfileHistory"]


class ProfileHistory(History):
    """Look back on a profile, and bring it back to what it was.

    Args:
        store: The profile's store.
        profile: The profile.
        activation: What is active here.
        check_live: Raises `InUseError` if changes would lose what is provisioned.
    """

    def __init__(
        self,
        store: Store,
        profile: ProfileConfiguration,
        activation: Activation,
        check_live: Callable[[Iterable[Change]], None],
    ) -> None:
        super().__init__(store)
        self._check_live = check_live
        self._profile = profile
        self._activation = activation

    def restoration(self, sequence: int) -> Restoration:
        """Return what `restore` would do, and do nothing.

        Args:
            sequence: The commit after which the records were what they are to be.

        Raises:
            RevisionNotFoundError: There is no such commit, or none any more.
            InUseError: A stack that is active would go, or what is provisioned would
                be lost.
        """
        restoration = super().restoration(sequence)
        self._check(restoration)
        return restoration

    def restore(self, restoration: Restoration) -> None:
        """Bring the records back; a stack that gets its old name back stays active.

        Args:
            restoration: What `restoration` has returned.

        Raises:
            ConflictError: The profile has changed since then; nothing was written.
            InUseError: As `restoration` does.
            StoreReplacedError: The profile is gone, or is kept elsewhere now.
            ZenError: As `Store.commit` does.
        """
        self._activation.check_present(self._profile)
        self._check(restoration, now=True)
        super().restore(restoration)
        for old, new in restoration.renamed_stacks.items():
            self._activation.rename_stack(old, new, self._profile)

    def prune(self, keep: int) -> int:
        """Forget the oldest commits, and return how many those were.

        Args:
            keep: How many of the last ones to keep; 1 or more.

        Raises:
            StoreReplacedError: The profile is gone, or is kept elsewhere now.
            StoreError: The store's driver can't do it.
        """
        self._activation.check_present(self._profile)
        return super().prune(keep)

    def _check(self, restoration: Restoration, *, now: bool = False) -> None:
        for name in restoration.removed_stacks:
            self._check_inactive(name, restoration.sequence, now=now)
        self._check_live(restoration.changes)

    def _check_inactive(self, stack: str, sequence: int, *, now: bool) -> None:
        try:
            self._activation.check_stack_inactive(stack, self._profile, now=now)
        except InUseError as error:
            raise InUseError(
                f"Stack '{stack}' is active, and revision {sequence} doesn't have it.",
                hint=error.hint,
            ) from error
