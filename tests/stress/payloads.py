"""What records may hold, and what is asked of a store, as strategies."""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID

from hypothesis import strategies as st

from zen.records import Ref
from zen.stores import Author, Put

__all__ = [
    "KINDS",
    "UUIDS",
    "CheckWish",
    "authors",
    "payloads",
    "puts",
    "refs",
    "wishes",
]

KINDS: Final = ("note", "notes", "lease")
UUIDS: Final = tuple(UUID(int=number) for number in range(4))
# Few, so that they are written again and again; some begin with others.
_KEYS: Final = ("a", "a-b", "a.b", "a/b", "a/b/c", "a0", "a_b", "b", "z/a")
# The names of fields include those that drivers may want for themselves.
_FIELDS: Final = ("uuid", "_uuid", "__uuid", "name", "key", "", "...", "é b")


class CheckWish(NamedTuple):
    """Ask for a check of a record or of a whole kind.

    Args:
        what: The record, or the kind.
        how: `right` for one that holds, `stale` for a token that once was right,
            `absent` for the absence of a record, `unknown` for what never was a token.
        pick: Chooses among several stale tokens.
    """

    what: Ref | str
    how: str
    pick: int = 0


_names = st.one_of(st.sampled_from(_FIELDS), st.text(max_size=5))
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 63), 1 << 63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["no", "1", "~", "...\n---\n", "2024-02-29", "a\r\nb\u2028"]),
    st.sampled_from([str(uuid) for uuid in UUIDS]),
    st.just("x" * 300),
)
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(_names, inner, max_size=3)
    ),
    max_leaves=5,
)

refs = st.builds(Ref, st.sampled_from(KINDS), st.sampled_from(_KEYS))
payloads = st.dictionaries(_names, _values, max_size=4)
puts = st.builds(Put, refs, st.sampled_from(UUIDS), payloads)
authors = st.builds(
    Author,
    user=st.sampled_from(["ana", "bo é"]),
    host=st.just("dev1"),
    command=st.sampled_from(["", "zen x"]),
)
wishes = st.builds(
    CheckWish,
    what=st.one_of(refs, st.sampled_from(KINDS)),
    # Most of them hold, or nothing would ever be written under several.
    how=st.sampled_from([*["right"] * 5, "stale", "absent", "unknown"]),
    pick=st.integers(0, 1000),
)
