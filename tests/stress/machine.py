"""Do to a store what may come, and to the model the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timezone
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID  # noqa: TC003 - rules are inspected

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.stress.model import Damage, Model, Tokens, exact, exact_change
from tests.stress.payloads import (
    KINDS,
    UUIDS,
    CheckWish,
    authors,
    puts,
    refs,
    wishes,
)
from zen.errors import ConflictError, DamagedDataError
from zen.records import Ref
from zen.stores import Author, Check, Content, Delete, GuardCheck, Put, Transaction
from zen.stores.local import LocalStoreDriver

if TYPE_CHECKING:
    from tests.stress.places import Place
    from zen.stores import StoreDriver

__all__ = ["StoreMachine"]

PREFIXES = ("", "a", "a-", "a/", "a/b", "a_", "b", "zz")


class StoreMachine(RuleBasedStateMachine):
    """Use two drivers of one store in turns, and expect what the model says.

    Args:
        place: Where the store is; there is none yet.
    """

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.steps = 0
        self.place = place
        self.drivers = [place.open(), place.open()]
        self.model = Model()
        self.tokens = Tokens()
        self.made: list[Transaction] = []
        self.refused: list[Transaction] = []

    def teardown(self) -> None:
        for driver in self.drivers:
            driver.close()

    def turn(self) -> StoreDriver:
        """Begin a step, and return the driver whose turn it is."""
        self.steps += 1
        self.drivers.reverse()
        return self.drivers[0]

    @initialize(written=st.lists(puts, max_size=6, unique_by=lambda put: put.ref))
    def begin(self, written: list[Put]) -> None:
        """Have something there, whatever rules are chosen."""
        self.send(self.turn(), Transaction(tuple(written)))

    @rule(
        written=st.lists(puts, max_size=3, unique_by=lambda put: put.ref),
        deleted=st.lists(refs, max_size=2, unique=True),
        checked=st.lists(wishes, max_size=2),
        author=authors,
    )
    def commit(
        self,
        written: list[Put],
        deleted: list[Ref],
        checked: list[CheckWish],
        author: Author,
    ) -> None:
        driver = self.turn()
        checks = tuple(self.check(driver, wish) for wish in checked)
        deletes = tuple(map(Delete, deleted))
        self.send(driver, Transaction(tuple(written), deletes, checks, author=author))

    @rule(put=puts, author=authors)
    def change_what_was_read(self, put: Put, author: Author) -> None:
        """Do as the rules do: read, and write while nothing has changed."""
        driver = self.turn()
        what = (put.ref, put.ref.kind)
        checks = tuple(self.check(driver, CheckWish(each, "right")) for each in what)
        self.send(driver, Transaction((put,), checks=checks, author=author))

    @rule(ref=refs, uuid=st.sampled_from(UUIDS), author=authors)
    def delete_and_make_again(self, ref: Ref, uuid: UUID, author: Author) -> None:
        """Put what was there before; it is the same only if its uuid is, too."""
        content = self.model.state.get(ref)
        payload = content.payload if isinstance(content, Content) else {}
        driver = self.turn()
        check = self.check(driver, CheckWish(ref, "right"))
        self.send(driver, Transaction(deletes=(Delete(ref),), author=author))
        self.send(driver, Transaction((Put(ref, uuid, payload),), author=author))
        self.send(driver, Transaction((Put(ref, uuid, {}),), checks=(check,)))

    @rule(kind=st.sampled_from(KINDS), author=authors)
    def empty(self, kind: str, author: Author) -> None:
        """Delete all records of a kind, if those are all."""
        driver = self.turn()
        check = self.check(driver, CheckWish(kind, "right"))
        deletes = tuple(map(Delete, self.model.of_kind(kind)))
        self.send(driver, Transaction((), deletes, (check,), author=author))

    @precondition(lambda self: self.made)
    @rule(pick=st.integers(0, 1000))
    def repeat(self, pick: int) -> None:
        """Send again what was applied, as one does when no answer has come."""
        self.send(self.turn(), self.made[pick % len(self.made)])

    @precondition(lambda self: self.refused)
    @rule(pick=st.integers(0, 1000))
    def insist(self, pick: int) -> None:
        """Send again what was refused, without its checks."""
        refused = self.refused[pick % len(self.refused)]
        self.send(self.turn(), replace(refused, checks=()))

    @rule(wanted=st.lists(refs, max_size=6))
    def get_many(self, wanted: list[Ref]) -> None:
        driver = self.turn()
        expected = {r: c for r, c in self.model.state.items() if r in wanted}
        if any(isinstance(content, Damage) for content in expected.values()):
            with pytest.raises(DamagedDataError):
                driver.get_many(wanted)
            return
        found = driver.get_many(wanted)
        assert list(found) == [r for r in dict.fromkeys(wanted) if r in expected]
        for ref, record in found.items():
            assert record.ref == ref
            assert exact(Content(record.uuid, record.payload)) == exact(expected[ref])
            self.tokens.see(record)

    @rule(
        kind=st.sampled_from(KINDS),
        prefix=st.sampled_from(PREFIXES),
        after=st.sampled_from(["", "a", "a/b", "a/c", "z"]),
        limit=st.integers(1, 4),
        between=st.lists(puts, max_size=2),
    )
    def scan(
        self, kind: str, prefix: str, after: str, limit: int, between: list[Put]
    ) -> None:
        """Read all pages from a key on; somebody may write while that is done."""
        driver = self.turn()
        start: str | None = after
        while start is not None:
            every = self.model.of_kind(kind)
            left = [r for r in every if r.key.startswith(prefix) and r.key > start]
            page = driver.scan(kind, prefix=prefix, after=start, limit=limit)
            sound = [r for r in left[:limit] if isinstance(every[r], Content)]
            assert [record.ref for record in page.records] == sound
            assert len(page.damaged) == len(left[:limit]) - len(sound)
            assert page.next == (left[limit - 1].key if len(left) > limit else None)
            self.tokens.see_guard(kind, page.guard, every)
            start = page.next
            if start and between:
                self.send(self.drivers[1], Transaction((between.pop(),)))

    @rule(after=st.integers(0, 20), limit=st.integers(1, 60))
    def log(self, after: int, limit: int) -> None:
        commits = self.turn().log(after=after, limit=limit)
        first = max(after, self.model.forgotten)
        expected = self.model.log[first : first + limit]
        for number, (commit, past) in enumerate(
            zip(commits, expected, strict=True), start=first + 1
        ):
            assert (commit.sequence, commit.id) == (number, past.id)
            author = Author(commit.user, commit.host, commit.command)
            assert (str(author), commit.time.tzinfo) == (past.author, timezone.utc)
            assert frozenset(map(exact_change, commit.changes)) == past.changes
            assert len(commit.changes) == len(past.changes)

    @rule(anew=st.booleans())
    def close(self, *, anew: bool) -> None:
        """Let go of connections, and go on, or let another driver do so."""
        self.turn().close()
        if anew:
            self.drivers[0] = self.place.open()
        assert self.drivers[0].kinds() == sorted({r.kind for r in self.model.state})
        assert self.drivers[0].last_sequence() == len(self.model.log)

    @rule(keep=st.integers(1, 20))
    def prune(self, keep: int) -> None:
        driver = self.turn()
        assert driver.prune(keep) == self.model.prune(keep)
        assert driver.last_sequence() == len(self.model.log)

    @precondition(lambda self: self.place.driver is LocalStoreDriver)
    @rule(ref=refs, how=st.sampled_from(["write", "remove", "cut"]))
    def edit_by_hand(self, ref: Ref, how: str) -> None:
        self.turn()
        path = Path(self.place.url, f"{ref.kind}s", f"{ref.key}.yaml")
        content: Content | Damage | None = None
        if how == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"by: hand\nuuid: {UUIDS[0]}\n...\n")
            content = Content(UUIDS[0], {"by": "hand", "uuid": str(UUIDS[0])})
        elif how == "cut" and path.exists():
            path.write_bytes(path.read_bytes()[:-3])
            content = Damage(path.read_bytes())
        elif how == "remove":
            path.unlink(missing_ok=True)
        self.model.edit(ref, content)
        self.tokens.written([ref])

    def check(self, driver: StoreDriver, wish: CheckWish) -> Check | GuardCheck:
        """Return the check that is wished for, with a token of the driver's."""
        right = self.current(driver, wish.what)
        stale = self.tokens.stale(wish.what, right)
        token = {
            "right": right,
            "stale": stale[wish.pick % len(stale)] if stale else "unknown",
            "absent": None,
            "unknown": "unknown",
        }[wish.how]
        if isinstance(wish.what, Ref):
            return Check(wish.what, token)
        return GuardCheck(wish.what, token or "unknown")

    def current(self, driver: StoreDriver, what: Ref | str) -> str | None:
        """Return the token that a record or a kind has at present."""
        if what in self.tokens.current:
            return self.tokens.current[what]
        if isinstance(what, str):
            return driver.scan(what, limit=1).guard
        if isinstance(self.model.state.get(what), Damage):
            return "damaged"
        record = driver.get_many([what]).get(what)
        return record.revision if record else None

    def holds(self, driver: StoreDriver, check: Check | GuardCheck) -> bool:
        """Tell whether a check holds, as its tokens say."""
        if isinstance(check, GuardCheck):
            return self.current(driver, check.kind) == check.guard
        damaged = isinstance(self.model.state.get(check.ref), Damage)
        return not damaged and self.current(driver, check.ref) == check.revision

    def send(self, driver: StoreDriver, transaction: Transaction) -> None:
        """Commit a transaction, and expect of the store what the model does."""
        failing = [c for c in transaction.checks if not self.holds(driver, c)]
        known = self.model.knows(transaction)
        conflict = None
        try:
            driver.commit(transaction)
        except ConflictError as error:
            conflict = error
        changed = refs_of(transaction)
        if known:
            assert not conflict
        elif failing:
            assert conflict
            assert conflict.check == failing[0]
            self.check_blame(failing[0], conflict)
            self.refused.append(transaction)
        else:
            assert not conflict
            self.model.apply(transaction)
            self.tokens.written(changed)
            self.made.append(transaction)
        self.compare({ref.kind for ref in changed})

    def check_blame(self, check: Check | GuardCheck, error: ConflictError) -> None:
        """Demand that a conflict names who has changed what was checked."""
        culprit = self.model.culprit(check)
        assert culprit is None or error.author == culprit

    def compare(self, kinds: set[str]) -> None:
        """Demand that the other driver shows what the model does."""
        for kind in sorted(kinds):
            page = self.drivers[1].scan(kind)
            every = self.model.of_kind(kind)
            found = {r.ref: exact(Content(r.uuid, r.payload)) for r in page.records}
            sound = {r: exact(c) for r, c in every.items() if isinstance(c, Content)}
            assert found == sound
            assert len(page.damaged) == len(every) - len(sound)
            self.tokens.see_guard(kind, page.guard, every)
            for record in page.records:
                self.tokens.see(record)


def refs_of(transaction: Transaction) -> list[Ref]:
    """Return what a transaction would change."""
    deleted = (delete.ref for delete in transaction.deletes)
    return [*deleted, *(put.ref for put in transaction.puts)]
