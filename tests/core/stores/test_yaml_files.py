"""YAML files that survive crashes, full disks and other processes."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen.errors import DamagedDataError, StoreUnavailableError
from zen.stores.yaml_files import (
    dump_yaml,
    parse_yaml,
    read_file,
    replace_files,
)

FILE = Path("some/file.yaml")
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def mappings(count: int, line_break: bytes = b"\n") -> bytes:
    """Return so many mappings, each in the one before, that have no brackets."""
    return line_break.join(b" " * n + b"a:" for n in range(count))


@given(st.dictionaries(st.text(), json_values))
def test_what_is_dumped_comes_back(payload: dict[str, object]) -> None:
    data = dump_yaml(payload)
    assert parse_yaml(data, FILE) == payload
    assert data.endswith(b"\n...\n")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "no", "null", "~", "1e3", "0x1F", "1_000", "12:30", "=", "<<"),
        *("2020-01-01", "...", "---", "a\n...\nb", "- a", "a: b", "#", "'", '"'),
        *("\N{NEXT LINE}", "\N{LINE SEPARATOR}", "\ufeff", "\0", "\N{SNOWMAN}"),
        "\r\n\ttab ",
        "long " * 50,
        "\N{GRINNING FACE}",
    ],
)
def test_a_text_stays_a_text(text: str) -> None:
    payload: dict[str, object] = {"key": text, f"k{text}": [text]}
    assert parse_yaml(dump_yaml(payload), FILE) == payload


def test_the_order_is_that_of_the_content() -> None:
    assert dump_yaml({"b": 1, "a": {"d": 2, "c": 3}}) == (
        b"b: 1\na:\n  d: 2\n  c: 3\n...\n"
    )


def test_the_end_mark_may_be_left_out() -> None:
    data = dump_yaml({"a": 1}, end_mark=False)
    assert data == b"a: 1\n"
    assert parse_yaml(data, FILE, end_mark=False) == {"a": 1}


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b"", "cut short", 1),
        (b"a: 1\n", "or written by hand", 1),
        (b"a: 1\nb: 2", "the end mark '...' is missing", 2),
        (b"- a\n...\n", "a mapping is expected", 1),
        (b"null\n...\n", "a mapping is expected", 1),
        (b"a: 1\nb: [\n...\n", "not valid YAML", 3),
        (b"a: 1\n\tb: 2\n...\n", "not valid YAML", 2),
        (b"a: 1\nb: !!python/object:os.system {}\n...\n", "not valid YAML", 2),
        (b"a: 1\n...\nb: 2\n...\n", "not valid YAML", 3),
        (b"a: *gone\n...\n", "not valid YAML", 1),
        (b"a:\n" + b" [\n" * 200_000, "nested more than 100 levels deep", 101),
        (b"a: 1\nb:\n" + b"- " * 200_000, "nested more than 100 levels deep", 3),
        # Newer parsers have a limit of their own, and another text for it.
        (b"a: " + b"[" * 5_000 + b"]" * 5_000, "", 1),
        (mappings(101), "nested more than 100 levels deep", 101),
        (mappings(101, b"\r"), "nested more than 100 levels deep", 101),
        (b"a: 1\n? [b]\n: 2\n...\n", "not valid YAML", 2),
        (("- " * 50_000).encode("utf-16"), "it must be UTF-8", 1),
        (b"\xfe\xff" + "a: 1".encode("utf-16-be"), "it must be UTF-8", 1),
        ("a: 1".encode("utf-32"), "it must be UTF-8", 1),
        (b"a: 1\nb: \0\n...\n", "it must be UTF-8", 2),
        (b"a: 1\nb: " + b"1:" * 300_000 + b"1\n...\n", "more than 4300 characters", 2),
        (b"a: 1\nb: " + b"1:" * 2_000 + b"1.5\n...\n", "this is no float", 2),
        (b"a: 1\nb: 0x" + b"f" * 4_000 + b"\n...\n", "this is no int", 2),
        (b"a: 1\nb: " + b"9" * 30_000 + b"\n...\n", "more than 4300 characters", 2),
        (b"a: 1\nb: 0b" + b"1" * 30_000 + b"\n...\n", "more than 4300 characters", 2),
        (b"a: 1\nb: !!int x\n...\n", "this is no int", 2),
        (b"a: 1\nb: 2020-99-99\n...\n", "this is no timestamp", 2),
        (b"<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> b\n...\n", "not valid YAML", 2),
    ],
)
def test_what_is_broken_is_placed(data: bytes, reason: str, line: int) -> None:
    with pytest.raises(DamagedDataError) as caught:
        parse_yaml(data, FILE)
    assert caught.value.where == FILE
    assert reason in caught.value.reason
    assert caught.value.line == line
    assert caught.value.hint


@pytest.mark.parametrize(
    "data",
    [
        *(b"\xff\xfe\n...\n", b"a: \x00\n...\n", b"a: 2020-99-99\n...\n"),
        *(b"a: !!int x\n...\n", b"a: !!bool x\n...\n", b"a: !!timestamp x\n...\n"),
    ],
)
def test_whatever_is_broken_is_damage(data: bytes) -> None:
    with pytest.raises(DamagedDataError, match=r"file\.yaml"):
        parse_yaml(data, FILE)


def test_a_file_that_is_not_there_has_no_content(here: Path) -> None:
    (here / "file").touch()
    assert read_file(here / "gone") is None
    assert read_file(here / "file" / "gone") is None
    assert read_file(here / "file") == b""


def test_what_is_no_file_cannot_be_read(here: Path) -> None:
    with pytest.raises(StoreUnavailableError, match="can't be read: Is a dir") as e:
        read_file(here)
    assert e.value.hint


def test_files_are_written_removed_and_made_with_their_folders(here: Path) -> None:
    (here / "old").write_bytes(b"old")
    (here / "gone").touch()
    replace_files(
        {
            here / "old": b"new",
            here / "gone": None,
            here / "never": None,
            here / "a" / "b": b"deep",
        }
    )
    assert (here / "old").read_bytes() == b"new"
    assert (here / "a" / "b").read_bytes() == b"deep"
    assert sorted(path.name for path in here.iterdir()) == ["a", "old"]


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_files_have_the_mode_that_is_asked_for(here: Path, mode: int) -> None:
    replace_files({here / "a": b""}, mode=mode)
    assert (here / "a").stat().st_mode & 0o777 == mode


def test_when_one_file_cannot_be_written_none_is(here: Path) -> None:
    (here / "a").write_bytes(b"old")
    (here / "file").touch()
    with pytest.raises(StoreUnavailableError, match="can't be written"):
        replace_files({here / "a": b"new", here / "file" / "b": b""})
    assert (here / "a").read_bytes() == b"old"
    assert sorted(path.name for path in here.iterdir()) == ["a", "file"]


def test_when_one_file_cannot_be_replaced_none_is(here: Path) -> None:
    (here / "a").write_bytes(b"old")
    (here / "folder").mkdir()
    with pytest.raises(StoreUnavailableError, match="folder can't be written"):
        replace_files({here / "a": b"new", here / "folder": b""})
    assert (here / "a").read_bytes() == b"old"
    assert sorted(path.name for path in here.iterdir()) == ["a", "folder"]


def test_no_file_of_another_process_is_touched(here: Path) -> None:
    temporary = here / f".a.{os.getpid() + 1}.tmp"
    temporary.touch()
    replace_files({here / "a": b""})
    assert temporary.exists()


def test_threads_do_not_touch_the_files_of_each_other(here: Path) -> None:
    contents = {f"{n}".encode() * 10_000 for n in range(8)}

    def write(content: bytes) -> None:
        for _ in range(25):
            replace_files({here / "a": content})
            assert read_file(here / "a") in contents

    with ThreadPoolExecutor(len(contents)) as pool:
        list(pool.map(write, contents))
    assert [path.name for path in here.iterdir()] == ["a"]


@pytest.mark.parametrize(
    ("old", "asked", "new"),
    [
        (0o600, 0o666, 0o600),
        (0o664, 0o666, 0o664),
        (0o400, 0o666, 0o400),
        (0o644, 0o600, 0o600),
    ],
)
def test_a_file_keeps_its_mode_but_for_what_is_asked_against(
    here: Path, old: int, asked: int, new: int
) -> None:
    (here / "a").touch()
    (here / "a").chmod(old)
    replace_files({here / "a": b"new"}, mode=asked)
    assert (here / "a").stat().st_mode & 0o777 == new


def test_a_link_stays_one(here: Path) -> None:
    (here / "there").mkdir()
    (here / "there" / "a").write_bytes(b"old")
    for name, target in (("a", "there/a"), ("b", "there/new")):
        (here / name).symlink_to(target)
        replace_files({here / name: b"new"})
        assert (here / name).readlink() == Path(target)
        assert (here / target).read_bytes() == b"new"
    assert sorted(path.name for path in (here / "there").iterdir()) == ["a", "new"]
    replace_files({here / "a": None})
    assert not (here / "a").is_symlink()
    assert (here / "there" / "a").exists()


def test_an_interruption_leaves_the_old_state(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_files({here / "a": b"old", here / "b": b"old"})
    real = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        if target.name == "b" and self.read_bytes() == b"new":
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace_files({here / "a": b"new", here / "b": b"new"})
    assert {path.name: path.read_bytes() for path in here.iterdir()} == {
        "a": b"old",
        "b": b"old",
    }


@pytest.mark.parametrize(
    "data",
    [
        b"a: &a [*a]\n",
        b"a: &a {b: {c: *a}}\n",
        b"a: &a !!pairs [b: *a]\n",
        b"a: &a !!omap [b: {c: *a}]\n",
        b"a0: &a0 [x]\n"
        + b"".join(
            f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n".encode()
            for n in range(1, 10)
        ),
    ],
)
def test_aliases_exhaust_nobody(data: bytes) -> None:
    with pytest.raises(DamagedDataError, match="aliases included"):
        parse_yaml(data, FILE, end_mark=False)


def test_merge_keys_exhaust_nobody() -> None:
    data = "a0: &a0 {x: 1, y: 2}\n" + "".join(
        f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 99)
    )
    with pytest.raises(DamagedDataError, match="merge keys stand for"):
        parse_yaml(data.encode(), FILE, end_mark=False)


def test_the_longest_number_that_python_writes_is_read() -> None:
    number = 10**4_299
    assert parse_yaml(dump_yaml({"a": number}), FILE) == {"a": number}


def test_aliases_of_pairs_and_sets_exhaust_nobody() -> None:
    members = ", ".join(map(str, range(1_000)))
    data = f"a: &a !!set {{{members}}}\nb: !!pairs [{'b: *a, ' * 101}]\n"
    with pytest.raises(DamagedDataError, match="aliases included"):
        parse_yaml(data.encode(), FILE, end_mark=False)


def test_aliases_nest_no_deeper_than_all_else() -> None:
    chain = "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 99))
    data = f"a0: &a0 []\n{chain}"
    assert parse_yaml(data.encode(), FILE, end_mark=False)
    with pytest.raises(DamagedDataError, match="nested more than 100 levels deep"):
        parse_yaml(f"{data}b: [*a98]\n".encode(), FILE, end_mark=False)


def test_what_is_nested_less_deeply_is_read() -> None:
    assert parse_yaml(mappings(100), FILE, end_mark=False)
    items = b"a:\n" + b"- [b, {c: d}]\n" * 1_000
    assert parse_yaml(items, FILE, end_mark=False)


def test_an_alias_stands_for_what_it_names() -> None:
    found = parse_yaml(b"a: &a [1]\nb: *a\nc: *a\n", FILE, end_mark=False)
    assert found == {"a": [1], "b": [1], "c": [1]}
