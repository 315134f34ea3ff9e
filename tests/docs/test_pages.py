"""What the pages tell their readers to do works, and shows what they show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import DOCS, PAGES, blocks_of, carry_out

if TYPE_CHECKING:
    from tests.docs.pages import Project

LANGUAGES = {"console", "python", "shell", "text", "toml", "yaml"}
ACTIVE = {"console", "python", "shell", "toml", "yaml"}


@pytest.mark.dist
@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_carried_out(name: str, project: Project) -> None:
    page = PAGES[name]
    if any(block.language in ACTIVE for block in blocks_of(page)):
        carry_out(page, project)


@pytest.mark.parametrize("name", PAGES)
def test_every_block_is_of_a_kind_that_is_checked(name: str) -> None:
    text = PAGES[name].read_text(encoding="utf-8")
    fences = re.findall(r"^```(?!$)(.*)$", text, re.MULTILINE)
    directives = {fence for fence in fences if fence == "{toctree}"}
    languages = [block.language for block in blocks_of(PAGES[name])]
    assert set(languages) <= LANGUAGES
    assert len(languages) == len([f for f in fences if f not in directives])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_no_place_on_this_host(name: str) -> None:
    text = PAGES[name].read_text(encoding="utf-8")
    assert not re.findall(r"/(?:tmp|root|work|private|var)/\S*", text)


def test_every_page_is_in_the_contents() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"^([\w-]+/[\w/-]+)$", index, re.MULTILINE)
    assert {f"{page}.md" for page in listed} | {"index.md"} == set(PAGES)


@pytest.mark.parametrize("name", [n for n in PAGES if "decisions" not in n])
def test_a_line_holds_one_sentence(name: str) -> None:
    text = PAGES[name].read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = [line for line in prose.splitlines() if not line.startswith("|")]
    assert [line for line in lines if re.search(r"[a-z`)*][.?!] +[A-Z`]", line)] == []
