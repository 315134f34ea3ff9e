"""The rule for names."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen.errors import InvalidNameError
from zen.names import check_name

ALNUM = string.ascii_letters + string.digits
BAD_NAMES = (
    *("", ".", "..", "a/b", "../a", "a\\b", ".hidden", "-o", "_a", "a b", "a\n"),
    *("é", "٣", "a\0", "a:b", "a*", "x" * 101),
)

valid_names = st.builds(
    lambda first, rest: first + rest,
    st.sampled_from(ALNUM),
    st.text(ALNUM + "_.-", max_size=99),
)


@given(valid_names)
def test_every_name_that_keeps_the_rule_is_returned_as_it_is(name: str) -> None:
    assert check_name(name, "stack") == name


@given(st.text(max_size=120))
def test_no_other_name_is_accepted(name: str) -> None:
    keeps_rule = (
        0 < len(name) <= 100
        and name[0] in ALNUM
        and all(character in ALNUM + "_.-" for character in name)
    )
    if keeps_rule:
        assert check_name(name, "stack") == name
    else:
        with pytest.raises(InvalidNameError):
            check_name(name, "stack")


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_could_be_more_than_a_name_are_refused(name: str) -> None:
    with pytest.raises(InvalidNameError) as caught:
        check_name(name, "profile")
    assert (caught.value.kind, caught.value.name) == ("profile", name)
    assert "1 to 100 ASCII letters" in caught.value.hint


def test_a_name_may_have_a_hundred_characters() -> None:
    assert check_name("x" * 100, "stack")
