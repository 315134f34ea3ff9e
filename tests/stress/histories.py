"""Follow a store's log, and hold it against what the store shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen.stores import Content

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from zen.records import Ref
    from zen.stores import Commit, StoreDriver

__all__ = ["History", "present_state"]

_PAGE: Final = 100


class History:
    """Replay a log from nothing, and raise where it contradicts itself.

    No number may be skipped or come twice, no transaction may be applied twice, and
    each change begins with what the changes before it have led to.
    """

    def __init__(self) -> None:
        self.state: dict[Ref, Content] = {}
        self.commits: dict[UUID, Commit] = {}

    def follow(self, driver: StoreDriver) -> list[Commit]:
        """Replay what is new, and return it."""
        known = len(self.commits)
        while commits := driver.log(after=len(self.commits), limit=_PAGE):
            for commit in commits:
                self._replay(commit)
        return list(self.commits.values())[known:]

    def check(self, driver: StoreDriver, kinds: Iterable[str]) -> list[Commit]:
        """Demand that the log leads to what is there; return what is new in it."""
        kinds = list(kinds)
        found, new = present_state(driver, kinds), self.follow(driver)
        while (again := present_state(driver, kinds)) != found:
            found = again  # somebody was writing
            new += self.follow(driver)
        assert found == {r: c for r, c in self.state.items() if r.kind in kinds}
        assert driver.last_sequence() >= len(self.commits)
        return new

    def _replay(self, commit: Commit) -> None:
        assert commit.sequence == len(self.commits) + 1, "a number is wrong"
        assert commit.id not in self.commits, "a transaction was applied twice"
        self.commits[commit.id] = commit
        refs = {change.ref for change in commit.changes}
        assert len(refs) == len(commit.changes), "a record was changed twice"
        for ref, before, after in commit.changes:
            assert self.state.get(ref) == before, "a change is missing"
            assert (before, after) != (None, None)
            if after is None:
                del self.state[ref]
            else:
                self.state[ref] = after


def present_state(driver: StoreDriver, kinds: Iterable[str]) -> dict[Ref, Content]:
    """Return all records of these kinds, of which none may be damaged."""
    found: dict[Ref, Content] = {}
    for kind in kinds:
        after: str | None = ""
        while after is not None:
            page = driver.scan(kind, after=after)
            assert page.damaged == ()
            found |= {r.ref: Content(r.uuid, r.payload) for r in page.records}
            after = page.next
    return found
