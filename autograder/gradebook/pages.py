"""Feedback pages, and whether they show what the gradebook holds now."""

from __future__ import annotations

import json
import re
from pathlib import Path

_KEY_OF_PAGE = re.compile(r'<meta content="([0-9a-f]*)" name="autograder-page"')
#: The page's head with its key is in the first part of the file.
_PAGE_HEAD = 4_000


def key_of_page(page: Path) -> str | None:
    """The key of what a feedback page shows, see FinalMark.page_key."""
    try:
        with page.open(encoding="utf-8") as file:
            found = _KEY_OF_PAGE.search(file.read(_PAGE_HEAD))
    except (OSError, ValueError):
        return None
    return found.group(1) if found else None


def key_of_result(autograded: Path) -> str | None:
    """The key of the result that an autograded notebook shows."""
    try:
        notebook = json.loads(autograded.read_bytes())
        return str(notebook["metadata"]["autograder"]["result"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
