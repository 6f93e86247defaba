"""The checks of a task as HTML: the same in a notebook, in feedback and on the page of a class."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING

from autograder.checks.judge import readable
from autograder.rendering.palette import WAITING, look_of
from autograder.rendering.text import number, plain, plain_lines
from autograder.results import TaskResult

if TYPE_CHECKING:
    from jinja2 import Environment


#: What begins and ends a formula. Each stands in an element of its own: MathJax finds no formula
#: that reaches over elements, and Markdown none in what is written as a number.
_FORMULA_MARKS = re.compile(r"[$\\]")


def task_html(
    headline: str,
    task: TaskResult,
    remark: str | None = None,
    examples: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """A headline, a line for each check, and a last remark; every text in it is escaped.

    examples: worked examples that are folded below a check, by the check's name.
    """
    template = environment().get_template("rendering/check.html.j2")
    return str(template.module.task_report(headline, task, remark, examples))  # type: ignore[attr-defined]


def harmless(text: str | None, limit: int = 2000) -> str:
    """A text as HTML that shows it and does nothing: no tags, no control sequences, no formulas."""
    lines = escape(plain_lines(text or "", limit)).replace("\n", "<br>")
    return _FORMULA_MARKS.sub(lambda mark: f"<span>&#{ord(mark[0])};</span>", lines)


@cache
def environment() -> Environment:
    """The templates of this package, with the filters that they use.

    Jinja is imported when the first result is shown: a notebook's first line does not wait for it.
    """
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup

    templates = Environment(
        loader=PackageLoader("autograder", ""),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["harmless"] = lambda text, limit=2000: Markup(harmless(text, limit))
    templates.filters["look"] = look_of
    templates.filters["verbatim"] = lambda text: Markup(escape(text).replace("$", "&#36;"))
    templates.globals["waiting"] = WAITING
    templates.filters["number"] = number
    templates.filters["plain"] = plain
    templates.filters["words"] = readable
    return templates
