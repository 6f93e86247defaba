"""Pages for people name files that exist."""

from __future__ import annotations

import re

import pytest

from tests.architecture.imports import ROOT

PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
#: A page may name a file from the root, within the autograder, or beside the page.
FOLDERS = (ROOT, ROOT / "autograder", ROOT / "autograder" / "sandbox", ROOT / "docs")
#: `docs/authors.md`, `grading/batch.py`, and links to files; not `<unit>/<unit>.py`.
FILE = re.compile(r"`([\w./-]+/[\w.-]+\.(?:md|py|json|txt|toml|j2))`|\]\(((?!http)[^)#]+)\)")


def missing(text: str, folders=FOLDERS) -> list[str]:
    names = [first or second for first, second in FILE.findall(text)]
    return [name for name in names if not any((folder / name).exists() for folder in folders)]


def test_the_search_finds_what_is_missing():
    text = (
        "`docs/nowhere.md` `docs/security.md` `<unit>/<unit>.py` [here](nowhere.md) `grading/x.py`"
    )

    assert missing(text) == ["docs/nowhere.md", "nowhere.md", "grading/x.py"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_that_a_page_names_exists(page):
    assert missing(page.read_text(encoding="utf-8"), (*FOLDERS, page.parent)) == []
