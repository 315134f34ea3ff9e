"""Store drivers keep records: what is put is there, as it was put."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, cast
from uuid import uuid4

import pytest

from zen.records import Ref
from zen.stores import Delete, Put, Transaction
from zen.testing._store_base import (
    ALPHA,
    BETA,
    KIND,
    StoreContract,
    keys,
    put,
    read,
    remove,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from zen.stores import StoreDriver

__all__ = ["StoreRecordsContract"]

# What a format for texts, or a table, is tempted to change.
PAYLOADS: Final[dict[str, dict[str, object]]] = {
    "empty": {},
    "line ends": {"text": "a\r\nb\rc\n\n", "other": "\u0085\u2028\u2029", "tab": "\t"},
    "marks": {"text": "...\n---\n# no comment\n", "quotes": "'\"\\%s{}; --"},
    "nested": {"a": {"b": [{"c": [[], {}, [1, [2]]]}]}, "none": None},
    "numbers": {"int": 0, "large": 1 << 62, "float": 0.1, "small": -1e-300},
    "look-alikes": {"texts": ["null", "yes", "1", "1.0", "2024-02-29", "~", "", "="]},
    "booleans": {"true": True, "false": False, "one": 1, "zero": 0},
    "odd keys": {"": 1, "a b": 2, "é": 3, "no": 4, "1": 5, "a.b/c": 6, "$x": 7},
    "own fields": {"uuid": "x", "key": "x", "kind": "x", "revision": "x", "payload": 1},
    "hidden fields": {"_uuid": "x", "__uuid": None, "_key": 1, "_": 2, "__": 3},
    "unicode": {
        "text": "é 日本語 🦆 e\u0301 \u202e",
        "space": " padded ",
        "zero": "\0",
    },
}
KEYS: Final = (
    "a",
    "0",
    "a.b",
    "a-b",
    "a_b",
    "a/b",
    "a/b/c.d-e_f",
    "con.yaml",
    "x" * 100,
    f"{'t' * 50}/{'x' * 100}",
)


class StoreRecordsContract(StoreContract):
    """Check that a driver keeps records, and keeps them apart."""

    def test_an_empty_store_has_nothing(self, driver: StoreDriver) -> None:
        """Reading before anything was written finds nothing, and fails neither."""
        page = driver.scan(KIND)
        found = (page.records, page.next, page.damaged)
        assert found == ((), None, ()), (
            f"A scan of an empty store gives records, next page and damage {found}."
        )
        assert driver.get_many([ALPHA]) == {}, "'get_many' finds what was never put."

    @pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
    def test_a_record_is_read_as_it_was_put(
        self, driver: StoreDriver, payload: dict[str, object]
    ) -> None:
        """Every JSON value comes back as it was, and with it the uuid."""
        written = Put(ALPHA, uuid4(), payload)
        write(driver, written)
        record = read(driver, ALPHA)
        named = (record.ref, record.uuid)
        assert named == (ALPHA, written.uuid), (
            f"{ALPHA} was put with the uuid {written.uuid}, and read as {named}."
        )
        assert record.payload == payload, (
            f"{payload!r} was put, and {record.payload!r} was read."
        )
        assert driver.scan(KIND).records == (record,), (
            "'scan' doesn't give the record that 'get_many' gives."
        )

    def test_a_large_payload_is_kept_whole(self, driver: StoreDriver) -> None:
        """It has a megabyte, more than some columns and messages hold."""
        text = "".join(map(str, range(1 << 18)))
        write(driver, put(ALPHA, text))
        # A difference of that size is nothing to show.
        is_whole = read(driver, ALPHA).payload["text"] == text
        assert is_whole, "A text of more than a megabyte didn't come back as it was."

    def test_booleans_are_no_numbers(self, driver: StoreDriver) -> None:
        """Where `True == 1`, types tell them apart."""
        write(driver, put(ALPHA, [True, 1, 1.0, "1"]))
        text = cast("list[object]", read(driver, ALPHA).payload["text"])
        assert [type(value) for value in text] == [bool, int, float, str], (
            f"[True, 1, 1.0, '1'] was put, and {text!r} was read."
        )

    @pytest.mark.parametrize("key", KEYS)
    def test_every_key_is_kept(self, driver: StoreDriver, key: str) -> None:
        """Any name that Zen accepts can be a part of a key."""
        write(driver, put(Ref(KIND, key)))
        found = read(driver, Ref(KIND, key)).ref.key
        assert found == key, f"The key {key!r} was put, and {found!r} was read."
        scanned = keys(driver.scan(KIND))
        assert scanned == [key], f"The key {key!r} was put, a scan shows {scanned}."

    def test_only_what_exists_is_returned(self, driver: StoreDriver) -> None:
        """Asking for what isn't there is no error, nor is asking twice."""
        write(driver, put(ALPHA))
        refs = (Ref(KIND, key) for key in ("gone", "alpha", "alpha", "alph", "alphab"))
        found = list(driver.get_many(refs))
        assert found == [ALPHA], (
            f"Of several records only {ALPHA} exists, and 'get_many' gives {found}."
        )
        assert driver.get_many([]) == {}, "Asked for nothing, 'get_many' gives records."

    def test_kinds_are_told_apart(self, driver: StoreDriver) -> None:
        """A key belongs to its kind."""
        elsewhere = Ref("noted", ALPHA.key)
        write(driver, put(ALPHA, "here"))
        assert driver.get_many([elsewhere]) == {}, (
            "A record is found under another kind than its own."
        )
        write(driver, put(elsewhere, "there"))
        assert read(driver, ALPHA).payload["text"] == "here", (
            "A record was overwritten by one with the same key, of another kind."
        )
        remove(driver, elsewhere)
        assert keys(driver.scan(KIND)) == ["alpha"], (
            "A record was deleted with one of the same key, of another kind."
        )

    def test_kinds_are_open(self, driver: StoreDriver) -> None:
        """Nobody has to announce a kind of record, and one call writes several."""
        refs = [Ref(kind, "x/y") for kind in ("stack", "acme_lease", "z9")]
        write(driver, *(put(ref, ref.kind) for ref in refs))
        found = driver.get_many(refs)
        kinds = [found[ref].payload["text"] for ref in refs if ref in found]
        assert kinds == [ref.kind for ref in refs], (
            f"Records of kinds that the driver doesn't know were put, and {kinds} of"
            " them are there. A driver keeps records of any kind."
        )

    def test_what_is_put_again_is_replaced(self, driver: StoreDriver) -> None:
        """Payload and uuid are those of the last put."""
        write(driver, Put(ALPHA, uuid4(), {"old": 1}))
        new = Put(ALPHA, uuid4(), {"new": 2})
        write(driver, new)
        record = read(driver, ALPHA)
        assert record.uuid == new.uuid, (
            "A record that was put again has kept the uuid of before."
        )
        assert record.payload == {"new": 2}, (
            f"{{'new': 2}} took the place of {{'old': 1}}, and is {record.payload}."
        )

    def test_what_is_deleted_is_gone(self, driver: StoreDriver) -> None:
        """The others stay."""
        write(driver, put(ALPHA), put(BETA))
        remove(driver, ALPHA)
        got, scanned = list(driver.get_many([ALPHA, BETA])), keys(driver.scan(KIND))
        assert got == [BETA], f"{ALPHA} was deleted, and 'get_many' gives {got}."
        assert scanned == ["beta"], f"'alpha' was deleted, and a scan shows {scanned}."

    def test_deleting_what_is_not_there_does_nothing(self, driver: StoreDriver) -> None:
        """It isn't even an error."""
        remove(driver, ALPHA)
        write(driver, put(BETA))
        remove(driver, ALPHA)
        assert keys(driver.scan(KIND)) == ["beta"], (
            "The deletion of a record that isn't there has changed others."
        )

    def test_what_is_deleted_and_put_at_once_is_put(self, driver: StoreDriver) -> None:
        """A rename that changes nothing but the case does that."""
        write(driver, put(ALPHA, "old"))
        driver.commit(Transaction((put(ALPHA, "new"),), (Delete(ALPHA),)))
        text = read(driver, ALPHA).payload["text"]
        assert text == "new", (
            "One transaction deletes a record and puts it again, as 'new'; it is"
            f" {text!r}. Deletions come first."
        )

    def test_a_transaction_of_nothing_changes_nothing(
        self, driver: StoreDriver
    ) -> None:
        """It succeeds, in a store that is empty and in another."""
        driver.commit(Transaction())
        write(driver, put(ALPHA))
        before = driver.scan(KIND)
        driver.commit(Transaction())
        assert driver.scan(KIND) == before, (
            "A transaction of nothing has changed records or guards."
        )

    def test_a_payload_is_not_shared_with_who_reads_it(
        self, driver: StoreDriver
    ) -> None:
        """What a caller does to a payload it has read isn't in the store."""
        write(driver, put(ALPHA, ["kept"]))
        for record in (read(driver, ALPHA), driver.scan(KIND).records[0]):
            payload = cast("dict[str, list[str]]", record.payload)
            with suppress(TypeError, AttributeError):  # it may be immutable
                payload["text"].append("smuggled")
        assert read(driver, ALPHA).payload["text"] == ["kept"], (
            "What a caller changes in a payload that it has read is in the store. Give"
            " each a copy."
        )

    def test_a_payload_is_not_shared_with_who_wrote_it(
        self, driver: StoreDriver
    ) -> None:
        """What a caller does to a payload it has put isn't in the store."""
        text = ["kept"]
        write(driver, put(ALPHA, text))
        text.append("smuggled")
        assert read(driver, ALPHA).payload["text"] == ["kept"], (
            "What a caller changes in a payload after the commit is in the store. Keep"
            " a copy."
        )

    def test_a_closed_driver_can_be_used_again(self, driver: StoreDriver) -> None:
        """Closing lets go of connections; it ends nothing, however often."""
        driver.close()
        write(driver, put(ALPHA))
        driver.close()
        driver.close()
        assert read(driver, ALPHA).ref == ALPHA, "A closed driver reads another record."
        write(driver, put(BETA))
        found = keys(driver.scan(KIND))
        assert found == ["alpha", "beta"], (
            f"'alpha' and 'beta' were put by a driver that was closed, and {found} are"
            " there."
        )

    def test_a_store_with_a_commit_is_not_missing(self, driver: StoreDriver) -> None:
        """A commit of nothing makes its place, as for a profile without a stack."""
        driver.commit(Transaction())
        place = driver.missing_place()
        assert place is None, f"after a commit, missing_place() says {place}"
        driver.expect()
        write(driver, put(ALPHA))
        assert read(driver, ALPHA).ref == ALPHA, (
            "After 'expect()', a driver reads another record than the one that was put."
        )

    def test_the_default_url_is_a_normal_one(
        self, contract_subject: type[StoreDriver], tmp_path: Path
    ) -> None:
        """The URL of a new profile means the same from every folder."""
        url = contract_subject.default_url(tmp_path / "a profile")
        normal = contract_subject.normalise_url(url)
        assert normal == url, (
            f"'default_url' gives {url!r}, which 'normalise_url' changes to {normal!r}."
        )

    def test_a_normal_url_stays_as_it_is(self, driver: StoreDriver) -> None:
        """Normalising a URL once more changes nothing."""
        url = driver.normalise_url(driver.url)
        again = driver.normalise_url(url)
        assert again == url, (
            f"'normalise_url' gives {url!r}, and changes that to {again!r}."
        )
