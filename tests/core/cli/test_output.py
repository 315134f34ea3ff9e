"""Tables, JSON and YAML."""

from __future__ import annotations

import io
from pathlib import PurePosixPath
from uuid import UUID

import pytest
import yaml

from zen.cli import output
from zen.printable import Lines

ROWS = [
    {"active": True, "name": "a", "url": "file:///somewhere/far/away", "more": 1},
    {"active": False, "name": "b" * 10, "url": None, "more": 2},
]
HEADERS = {"active": "ACTIVE", "name": "NAME", "url": "URL"}


def printed(capsys: pytest.CaptureFixture[str], **options: str) -> str:
    output.print_rows(ROWS, options.get("output", "table"), headers=HEADERS)
    return capsys.readouterr().out


def test_columns_are_as_wide_as_they_must_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert printed(capsys).splitlines() == [
        "┏━━━━━━━━┯━━━━━━━━━━━━┯━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓",
        "┃ ACTIVE │ NAME       │ URL                        ┃",
        "┠────────┼────────────┼────────────────────────────┨",
        "┃   👉   │ a          │ file:///somewhere/far/away ┃",
        "┃        │ bbbbbbbbbb │                            ┃",
        "┗━━━━━━━━┷━━━━━━━━━━━━┷━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛",
    ]


def test_the_widest_column_gives_way_to_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = printed(capsys).splitlines()
    assert len(lines[0]) == 40
    assert "file:///somew… ┃" in lines[3]
    assert "bbbbbbbbbb" in lines[4]


def test_a_column_that_users_need_whole_is_never_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    output.print_rows(ROWS, "table", headers=HEADERS, kept=["url"])
    lines = capsys.readouterr().out.splitlines()
    assert "file:///somewhere/far/away" in lines[3]
    assert "bbbbbbb…" not in lines[4]


def test_a_uuid_is_shown_whole_or_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    row = {"name": "n" * 20, "uuid": str(UUID(int=7)), "path": "/some/where/else"}
    output.print_rows([row], "table", headers={key: key.upper() for key in row})
    shown = capsys.readouterr()
    line = shown.out.splitlines()[3]
    assert line == f"┃ {'n' * 20} │ /some/where/else ┃"
    assert "UUID" in shown.err


def test_texts_go_on_in_further_lines_after_a_word(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    row = {"name": "it", "a_long_key": "first second /third/fourth", "flag": "yes"}
    headers = {key: key.upper() for key in row}
    output.print_rows([row], "table", headers=headers, wrapped=["a_long_key"])
    assert capsys.readouterr().out.splitlines() == [
        "┏━━━━━━┯━━━━━━━━━━━━━━┯━━━━━━┓",
        "┃ NAME │ A_LONG_KEY   │ FLAG ┃",
        "┠──────┼──────────────┼──────┨",
        "┃ it   │ first second │ yes  ┃",
        "┃      │ /third/      │      ┃",
        "┃      │ fourth       │      ┃",
        "┗━━━━━━┷━━━━━━━━━━━━━━┷━━━━━━┛",
    ]


def test_a_note_fits_the_terminal_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    row = {"name": "n" * 30, **{f"column_{number}": "x" * 20 for number in range(5)}}
    output.print_rows([row], "table", headers={key: key.upper() for key in row})
    assert max(map(len, capsys.readouterr().err.splitlines())) <= 40


def test_columns_without_room_are_left_out_and_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    row = {"name": "n" * 20, "more": "x" * 9, "status": "failed", "least": "y" * 9}
    output.print_rows([row], "table", headers={key: key.upper() for key in row})
    shown = capsys.readouterr()
    assert shown.out.splitlines()[3] == f"┃ {'n' * 20} │ failed ┃"
    assert "MORE, LEAST" in shown.err
    assert "--output json" in shown.err


def test_a_long_property_goes_on_in_the_next_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    output.print_object({"path": "/" + "x" * 20 + "end"}, "table", title="Thing")
    lines = capsys.readouterr().out.splitlines()
    assert lines[4:6] == [
        "┃ PATH     │ /xxxxxxxxxxxxxx ┃",
        "┃          │ xxxxxxend       ┃",
    ]


def test_what_is_not_read_on_a_terminal_is_never_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    long = "x" * 500
    output.print_rows([{"name": long}], "table", headers={"name": "NAME"})
    assert long in capsys.readouterr().out


def test_wide_characters_keep_the_columns_aligned(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "12")
    output.print_rows([{"path": "日本語日本語"}], "table", headers={"path": "PATH"})
    row = capsys.readouterr().out.splitlines()[3]
    assert row == "┃ 日本語… ┃"


def test_a_terminal_without_unicode_gets_plain_characters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", stream)
    output.print_rows(ROWS, "table", headers=HEADERS)
    stream.flush()
    text = stream.buffer.getvalue().decode("ascii")
    assert "|   *    | a " in text
    assert text.startswith("+--------+")


def test_json_holds_every_key(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, output="json")
    assert '"more": 2' in text
    assert '"active": false' in text


def test_yaml_holds_every_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert "- active: false\n  name: bbbbbbbbbb\n" in printed(capsys, output="yaml")


def test_no_rows_say_so_in_a_table_only(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_rows([], "table", headers=HEADERS, empty="None there.")
    output.print_rows([], "json", headers=HEADERS, empty="None there.")
    assert capsys.readouterr().out == "None there.\n[]\n"


def test_an_objects_table_has_a_title_and_rules(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.print_object({"name": "a", "tags": ["x", "y"]}, "table", title="Thing")
    assert capsys.readouterr().out.splitlines() == [
        "       Thing",
        "┏━━━━━━━━━━┯━━━━━━━┓",
        "┃ PROPERTY │ VALUE ┃",
        "┠──────────┼───────┨",
        "┃ NAME     │ a     ┃",
        "┠──────────┼───────┨",
        "┃ TAGS     │ x, y  ┃",
        "┗━━━━━━━━━━┷━━━━━━━┛",
    ]


def test_what_the_output_cannot_show_becomes_a_question_mark(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr("sys.stdout", stream)
    output.print_object({"path": "/日本"}, "table", title="Thing")
    output.print_rows([{"path": "/日本"}], "json", headers={})
    output.print_rows([{"path": "/日本"}], "yaml", headers={})
    stream.flush()
    text = stream.buffer.getvalue().decode("cp1252")
    assert "/??" in text
    assert "\\u65e5" in text


def test_only_what_is_active_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_object({"verify": True, "quiet": False}, "table", title="Thing")
    out = capsys.readouterr().out
    assert "True" in out
    assert "False" in out
    assert "👉" not in out


def test_what_would_speak_to_the_terminal_is_escaped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.print_object({"path": "/a\x1b[31mred"}, "table", title="Thing")
    assert "/a\\x1b[31mred" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (["a\nb", "\x1b[31mred"], "a b, \\x1b[31mred"),
        ({"a\nb": "\x1b[31mred"}, "a b: \\x1b[31mred"),
    ],
)
def test_what_is_in_a_list_or_a_mapping_breaks_no_table(
    capsys: pytest.CaptureFixture[str], value: object, shown: str
) -> None:
    output.print_object({"tags": value}, "table", title="Thing")
    assert f"┃ TAGS     │ {shown} ┃" in capsys.readouterr().out.splitlines()


HOSTILE = "a\x1b]0;owned\x07\x9b1m\x7f\u202egnp.exe\u2066\u200f\ufeff\r\udcffz\n\tok"


def test_nothing_that_is_printed_speaks_to_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.echo(HOSTILE)
    output.echo(HOSTILE, err=True)
    output.print_rows([{"name": HOSTILE}], "table", headers={"name": HOSTILE})
    output.print_object({HOSTILE: HOSTILE}, "table", title=HOSTILE)
    output.print_name("a", "table", sentence=HOSTILE)
    output.print_data({HOSTILE: HOSTILE}, "json")
    output.print_data({HOSTILE.replace("\udcff", ""): HOSTILE}, "yaml")
    shown = capsys.readouterr()
    for text in (shown.out, shown.err):
        assert not [c for c in text if not (c.isprintable() or c in "\n\t")]
        assert "\\x1b]0;owned\\x07\\x9b1m\\x7f\\u202egnp.exe\\u2066" in text


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_programs_read_back_what_was_escaped(
    capsys: pytest.CaptureFixture[str], form: str
) -> None:
    content = {"name": "a\x1b\x9b\u202ez"}
    output.print_data(content, form)
    assert yaml.safe_load(capsys.readouterr().out) == content


@pytest.mark.parametrize(
    "text", ["日本\u3000語\u00a0", "👩\u200d🚀", "a\tb", Lines("a\nb\n"), "\ue0b0"]
)
def test_what_a_terminal_shows_stays(
    capsys: pytest.CaptureFixture[str], text: str
) -> None:
    output.echo(text, newline=False)
    assert capsys.readouterr().out == text


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_what_no_format_knows_is_the_same_in_both(
    capsys: pytest.CaptureFixture[str], form: str
) -> None:
    output.print_data({"file": PurePosixPath("/x"), 1: ("a",)}, form)
    assert yaml.safe_load(capsys.readouterr().out) == {"file": "/x", "1": ["a"]}
