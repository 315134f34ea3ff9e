"""Store drivers whose scans show, or guard, the wrong records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.core.testing.memory_driver import MemoryDriver
from zen.records import Record, Ref

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen.stores import Page


class ScansFromACache(MemoryDriver):
    """Show the page that it showed before."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.pages: dict[tuple[object, ...], Page] = {}

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        page = super().scan(kind, prefix=prefix, after=after, limit=limit)
        seen = self.pages.setdefault((kind, prefix, after, limit), page)
        return page._replace(records=seen.records)


class SkipsARecord(MemoryDriver):
    """Go on one record too late where a page ends."""

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        page = super().scan(kind, prefix=prefix, after=after, limit=limit)
        if page.next:
            more = super().scan(kind, prefix=prefix, after=page.next, limit=1)
            return page._replace(next=more.records[0].ref.key)
        return page


class RepeatsARecord(MemoryDriver):
    """Begin a page with the last record of the one before."""

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        page = super().scan(kind, prefix=prefix, after=after, limit=limit)
        repeated = self.get_many([Ref(kind, after)]) if after else {}
        return page._replace(records=(*repeated.values(), *page.records)[:limit])


class CountsRecords(MemoryDriver):
    """Tell a page by the number of records before it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.offsets: dict[str, int] = {}

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        if after not in self.offsets:
            page = super().scan(kind, prefix=prefix, after=after, limit=limit)
            if page.next:
                self.offsets[page.next] = limit
            return page
        start = self.offsets[after]
        everything = super().scan(kind, prefix=prefix)
        records = everything.records[start : start + limit]
        if len(everything.records) <= start + limit:
            return everything._replace(records=records)
        key = records[-1].ref.key
        self.offsets[key] = start + limit
        return everything._replace(records=records, next=key)


class DoesNotSort(MemoryDriver):
    def in_order(self, refs: list[Ref]) -> list[Ref]:
        return refs


class SortsAsPeopleDo(MemoryDriver):
    """Sort as a database does whose rules leave punctuation out."""

    def in_order(self, refs: list[Ref]) -> list[Ref]:
        ignored = str.maketrans("", "", "-._/")
        return sorted(refs, key=lambda ref: (ref.key.translate(ignored), ref.key))


class MatchesNeighbours(MemoryDriver):
    """Take the `_` of a prefix for any character, as LIKE does."""

    def matches(self, ref: Ref, prefix: str) -> bool:
        start = ref.key[: len(prefix)]
        return len(start) == len(prefix) and all(
            pattern in {"_", letter}
            for pattern, letter in zip(prefix, start, strict=True)
        )


class MatchesWholeParts(MemoryDriver):
    """Take a prefix for a folder."""

    def matches(self, ref: Ref, prefix: str) -> bool:
        folder = prefix.rstrip("/")
        return not prefix or ref.key == folder or ref.key.startswith(f"{folder}/")


class KeepsItsGuard(MemoryDriver):
    def guard(self, kind: str) -> str:
        return kind


class CountsForAGuard(MemoryDriver):
    """Take as many records as before for the same ones."""

    def guard(self, kind: str) -> str:
        return str(sum(ref.kind == kind for ref in self.memory.rows))


class GuardsEverything(MemoryDriver):
    """Change the guard with other kinds, too."""

    def guard(self, kind: str) -> str:
        del kind
        return str(self.memory.sequence)


class GuardsReading(MemoryDriver):
    """Change the guard when something is read."""

    def get_many(self, refs: Iterable[Ref]) -> dict[Ref, Record]:
        found = super().get_many(refs)
        for ref in found:
            self.memory.guards[ref.kind] = self.memory.guards.get(ref.kind, 0) + 1
        return found


class GuardsAPage(MemoryDriver):
    """Return a guard that stands for the records of the page."""

    def scan(
        self, kind: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Page:
        page = super().scan(kind, prefix=prefix, after=after, limit=limit)
        whole = not (prefix or after)
        return page if whole else page._replace(guard=f"{page.guard} {prefix}{after}")
