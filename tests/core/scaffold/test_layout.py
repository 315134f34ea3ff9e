"""Lines that are too long are broken as ruff and black break them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from zen.scaffold._layout import fit

LONG = "Long" * 10
LONGER = "Long" * 15


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a = f(1)", "a = f(1)"),
        (
            f"from acme.somewhere.very.far.away.from_here import {LONG}Store",
            f"""\
            from acme.somewhere.very.far.away.from_here import (
                {LONG}Store,
            )""",
        ),
        (
            f'    return {LONG}Store(name="trial", path=str(tmp_path / "a, b"))',
            f"""\
                return {LONG}Store(
                    name="trial", path=str(tmp_path / "a, b")
                )""",
        ),
        (
            f"def check(store: {LONG}Store, path: str) -> dict[str, int | None]:",
            f"""\
            def check(
                store: {LONG}Store, path: str
            ) -> dict[str, int | None]:""",
        ),
        (
            f"def test_that_something_is_so(component: {LONG}Store) -> None:",
            f"""\
            def test_that_something_is_so(
                component: {LONG}Store,
            ) -> None:""",
        ),
        (
            f"def run(one: {LONG}, /, two: object, *, three: object) -> None:",
            f"""\
            def run(
                one: {LONG}, /, two: object, *, three: object
            ) -> None:""",
        ),
        (
            f"def go(one: {LONGER}, /, two: {LONG}, *, three: int, **x: int) -> None:",
            f"""\
            def go(
                one: {LONGER},
                /,
                two: {LONG},
                *,
                three: int,
                **x: int,
            ) -> None:""",
        ),
        (f'text = "{LONGER}{LONGER}"', f'text = "{LONGER}{LONGER}"'),
        (f'a = f("{LONGER}{LONGER}").b', f'a = f("{LONGER}{LONGER}").b'),
    ],
)
def test_a_line_is_broken_where_its_last_brackets_are(line: str, expected: str) -> None:
    assert dedent(fit(line)) == dedent(expected)
    assert fit(f"x = 1\n{line}\n").splitlines()[1:] == fit(line).splitlines()
