"""Pages about a class: one file each, opened from disk, with no script but their own."""

from __future__ import annotations

import base64
import hashlib
import os
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from autograder.grading.whole_file import replace_text
from autograder.rendering.html import environment
from autograder.rendering.palette import FAILED, NOTE, PASSED

#: So many rows of a long table are shown at first.
MOST_ROWS = 200


def write_html(path: Path, template: str, **values: Any) -> Path:
    """Write a page from a template of this package and return its path."""
    script = (resources.files("autograder.report") / "tables.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    page = (
        environment()
        .get_template(f"report/{template}")
        .render(
            script=Markup(script),
            script_hash=Markup(f"sha256-{digest}"),
            good=PASSED,
            bad=FAILED,
            odd=NOTE,
            most_rows=MOST_ROWS,
            **values,
        )
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, page)
    return path


def address(target: Path | None, page: Path) -> str | None:
    """A file's address for a link on a page that may be moved with it; None for no file."""
    if target is None:
        return None
    return quote(Path(os.path.relpath(target, page.parent)).as_posix())
