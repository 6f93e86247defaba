"""nbgrader's feedback page, calmer to read, without a script and without the network."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from traitlets import Bool

from autograder.gradebook.display import REMEMBERED
from autograder.gradebook.final_mark import FinalMark
from autograder.gradebook.final_marks import find_final_mark
from autograder.gradebook.locks import convert_under_lock
from autograder.gradebook.pages import key_of_page, key_of_result
from autograder.gradebook.receipts import copy_receipts
from autograder.gradebook.spacing import TABLE_STYLE

_SCORE = re.compile(r"Score: [-\d.]+ / [\d.]+")
_WAITING = "to be graded by hand"
#: With what head and list of cells begin in nbgrader's template, and what comes after them.
_HEAD = ("<head>", "<body>")
_OVERVIEW = ('<div class="panel-heading">', '<div class="panel-body">')
_STYLE = (
    TABLE_STYLE
    + """
body { background: #f6f7f9; }
body > .container { max-width: 1000px; }
#toc ol { columns: 2; list-style: none; padding-left: 0; margin-bottom: 0; }
#toc li { padding: 1px 0; }
#notebook-container { box-shadow: none; padding: 0; }
div.prompt { display: none; }
div.output_execute_result { display: none; }  /* the bare number that nbgrader reads */
div.cell { padding: 4px 8px; }
div.inner_cell, div.output_area > * { max-width: 100%; }
div.text_cell_render { overflow-wrap: break-word; }
div.output_html { overflow-wrap: break-word; padding: 0 4px 8px; }
div.nbgrader_cell { border-color: #c9d3df; margin-bottom: 4px; }
div.nbgrader_cell > .panel-heading { background: #e8eef5; border-color: #c9d3df; color: #24405f; }
div.nbgrader_cell .panel-heading a { color: #24405f; }
summary { display: list-item; cursor: pointer; color: #24405f; }
div.output_area img { max-width: 100%; height: auto; }
"""
)


class FeedbackExporter(HTMLExporter):
    """Turns an autograded notebook into a student's feedback page.

    nbgrader makes its exporter before it writes a page: the moment to choose the old ones.
    """

    #: The notebook is validated once all preprocessors have run, not after each of them.
    optimistic_validation = Bool(True).tag(config=True)

    def __init__(self, **settings: Any) -> None:
        """settings: of traitlets; `parent` is nbgrader's converter."""
        super().__init__(**settings)
        self._formatted: dict[str | None, Callable[[str], str]] = {}
        if isinstance(self.parent, GenerateFeedback):
            convert_under_lock(self.parent, self._prepare)

    def _prepare(self) -> None:
        converter = self.parent
        if not converter.force:
            converter.assignments = {
                folder: notebooks
                for folder, notebooks in converter.assignments.items()
                if _is_old(converter, notebooks)
            }
            converter.force = True

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **settings: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page as one HTML file that runs no script from the notebook."""
        result = str(nb.metadata.get("autograder", {}).get("result", ""))
        html, resources = self._rendered(nb, resources)
        mark = _mark(resources)
        # Only head and overview are parsed: to parse the cells takes longer than to render them.
        start, head, html = _divided(html, _HEAD)
        before, overview, cells = _divided(html, _OVERVIEW)
        head = _our_head(head, "" if mark is None else mark.page_key(result))
        overview = _our_overview(overview, mark)
        if mark is not None:
            cells = _with_waiting_answers(cells, mark)
        return "".join((start, head, before, overview, cells)), resources

    def _rendered(
        self, nb: NotebookNode, resources: dict[str, Any] | None
    ) -> tuple[str, dict[str, Any]]:
        """What the templates make of a notebook, as HTMLExporter has it before it parses it."""
        language = nb.metadata.get("language_info", {})
        lexer = language.get("pygments_lexer", language.get("name"))
        self.register_filter("highlight_code", self._highlight(lexer))
        resources = self._init_resources(resources)
        data_type = WidgetsDataTypeFilter(
            notebook_metadata=self._nb_metadata, parent=self, resources=resources
        )
        self.register_filter("filter_data_type", data_type)
        rendered: tuple[str, dict[str, Any]] = super(HTMLExporter, self).from_notebook_node(
            nb, resources
        )
        return rendered

    def _highlight(self, lexer: str | None) -> Callable[..., str]:
        """A filter that formats code. It remembers what it made: most cells are everybody's."""
        if lexer not in self._formatted:
            highlight = Highlight2HTML(pygments_lexer=lexer, parent=self)
            self._formatted[lexer] = lru_cache(REMEMBERED)(highlight)
        formatted = self._formatted[lexer]
        # CleanCells has removed any other language from the metadata.
        return lambda source, metadata=None: formatted(source)


def _divided(html: str, borders: tuple[str, str]) -> tuple[str, str, str]:
    """What stands before the first border, from there to the second, and from there on."""
    start = html.index(borders[0])
    end = html.index(borders[1], start)
    return html[:start], html[start:end], html[end:]


def _is_old(converter: GenerateFeedback, notebooks: list[str]) -> bool:
    """Whether a page is missing, or shows another result or other marks than there are now."""
    for notebook in map(Path, notebooks):
        names = converter.init_single_notebook_resources(str(notebook))["nbgrader"]
        mark = _mark({"nbgrader": names})
        folder = Path(converter._format_dest(names["assignment"], names["student"]))
        shown = key_of_page(folder / f"{names['notebook']}.html")
        if mark is None or shown != mark.page_key(key_of_result(notebook) or ""):
            return True
        copy_receipts(notebook.parent, folder)
    return False


def _mark(resources: dict[str, Any]) -> FinalMark | None:
    """The mark in the gradebook of the notebook that nbgrader is showing."""
    names = resources.get("nbgrader")
    if names is None:
        return None
    if "mark" in names:
        mark: FinalMark = names["mark"]
        return mark
    with Gradebook(names["db_url"]) as gradebook:
        return find_final_mark(gradebook, names["student"], names["assignment"], names["notebook"])


def _our_overview(overview: str, mark: FinalMark | None) -> str:
    """The page's heading and its list of cells, by the names of the exercises."""
    page = BeautifulSoup(overview, features="html.parser")
    _name_cells(page)
    if mark is not None and mark.waiting:
        _count_waiting_answers(page, mark)
    return str(page)


def _name_cells(page: BeautifulSoup) -> None:
    """nbgrader lists each cell as "Test cell" or "Written response": say which, and once."""
    for link in page.find_all("a"):
        target = str(link.get("href", "")).removeprefix("#")
        if target.startswith("check-"):
            link.string = target.removeprefix("check-").replace("_", " ")
        elif target.startswith("question-"):
            link.string = f"in words: {target.removeprefix('question-').replace('-', ' ')}"
        elif target.startswith("comment-") and link.parent is not None:
            link.parent.decompose()


def _count_waiting_answers(page: BeautifulSoup, mark: FinalMark) -> None:
    """An answer that nobody has read yet has no score: nbgrader would show a zero."""
    for name in mark.waiting:
        for link in page.find_all("a", href=f"#{name}"):
            assert link.parent is not None
            for text in link.parent.find_all(string=_SCORE):
                text.replace_with(_SCORE.sub(_WAITING, text))
    answers = "1 answer is" if mark.to_grade == 1 else f"{mark.to_grade} answers are"
    heading = page.find("h4")
    assert heading is not None, "nbgrader's template has a heading"
    heading.append(f" {answers} still to be graded by hand.")


def _with_waiting_answers(cells: str, mark: FinalMark) -> str:
    """The same above each answer: the first score after the anchor that nbgrader puts there."""
    for name in mark.waiting:
        before, anchor, after = cells.partition(f'<a name="{name}"></a>')
        cells = before + anchor + _SCORE.sub(_WAITING, after, count=1)
    return cells


def _our_head(html: str, key: str) -> str:
    """A policy that lets no script run, the page's look, and the key of its content."""
    page = BeautifulSoup(html, features="html.parser")
    head = page.head
    assert head is not None, "nbgrader's template has a head"
    for script in head.find_all("script"):  # MathJax, which has nothing left to typeset
        script.decompose()
    policy = "; ".join(
        [
            "default-src 'none'",
            "img-src data:",
            "style-src 'unsafe-inline'",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    style = page.new_tag("style")
    style.string = _STYLE
    head.append(style)
    head.insert(0, page.new_tag("meta", attrs={"name": "autograder-page", "content": key}))
    head.insert(
        0,
        page.new_tag("meta", attrs={"http-equiv": "Content-Security-Policy", "content": policy}),
    )
    head.insert(0, page.new_tag("meta", charset="utf-8"))
    return str(page)
