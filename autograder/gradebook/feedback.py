"""nbgrader's feedback page, calmer to read, and with every script but MathJax switched off."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback

from autograder.gradebook.final_mark import FinalMark
from autograder.gradebook.final_marks import find_final_mark
from autograder.gradebook.pages import key_of_page, key_of_result
from autograder.gradebook.receipts import copy_receipts

_SCORE = re.compile(r"Score: [-\d.]+ / [\d.]+")
_MATHJAX = "https://cdnjs.cloudflare.com"
_STYLE = """
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
div.text_cell_render table { margin: 6px 0; font-size: 13px; }
div.text_cell_render th, div.text_cell_render td { padding: 2px 14px 2px 0; vertical-align: top; }
div.output_html { overflow-wrap: break-word; padding: 0 4px 8px; }
div.nbgrader_cell { border-color: #c9d3df; margin-bottom: 4px; }
div.nbgrader_cell > .panel-heading { background: #e8eef5; border-color: #c9d3df; color: #24405f; }
div.nbgrader_cell .panel-heading a { color: #24405f; }
summary { display: list-item; cursor: pointer; color: #24405f; }
div.output_area img { max-width: 100%; height: auto; }
"""


class FeedbackExporter(HTMLExporter):
    """Turns an autograded notebook into a student's feedback page.

    nbgrader makes its exporter before it writes a page: the moment to choose the old ones.
    """

    def __init__(self, **settings: Any) -> None:
        """settings: of traitlets; `parent` is nbgrader's converter."""
        super().__init__(**settings)
        if isinstance(self.parent, GenerateFeedback) and not self.parent.force:
            converter = self.parent
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
        page = BeautifulSoup(html, features="html.parser")
        for picture in page.find_all("img", alt=False):
            picture["alt"] = "No description has been provided for this image"
        _drop_scripts_in_body(page)
        _name_cells(page)
        mark = _mark(resources)
        if mark is not None:
            _name_waiting_answers(page, mark)
        _insert_head(page, "" if mark is None else mark.page_key(result))
        return str(page), resources

    def _rendered(
        self, nb: NotebookNode, resources: dict[str, Any] | None
    ) -> tuple[str, dict[str, Any]]:
        """What the templates make of a notebook, as HTMLExporter has it before it parses it."""
        language = nb.metadata.get("language_info", {})
        lexer = language.get("pygments_lexer", language.get("name"))
        self.register_filter("highlight_code", Highlight2HTML(pygments_lexer=lexer, parent=self))
        resources = self._init_resources(resources)
        data_type = WidgetsDataTypeFilter(
            notebook_metadata=self._nb_metadata, parent=self, resources=resources
        )
        self.register_filter("filter_data_type", data_type)
        rendered: tuple[str, dict[str, Any]] = super(HTMLExporter, self).from_notebook_node(
            nb, resources
        )
        return rendered


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


def _drop_scripts_in_body(page: BeautifulSoup) -> None:
    for script in page.find_all("script"):
        if script.find_parent("body") is not None:
            script.decompose()


def _name_cells(page: BeautifulSoup) -> None:
    """nbgrader's list of cells calls each "Test cell": call it by its exercise, once."""
    for link in _links(page):
        target = str(link.get("href", "")).removeprefix("#")
        if target.startswith("check-"):
            link.string = target.removeprefix("check-").replace("_", " ")
        elif target.startswith("comment-") and link.parent is not None:
            link.parent.decompose()


def _links(page: BeautifulSoup) -> list[Tag]:
    """The links of nbgrader's list of cells."""
    contents = page.find(id="toc")
    return list(contents.find_all("a")) if isinstance(contents, Tag) else []


def _name_waiting_answers(page: BeautifulSoup, mark: FinalMark) -> None:
    """An answer that nobody has read yet has no score: nbgrader would show a zero."""
    for name in mark.waiting:
        places = [link.parent for link in _links(page) if link.get("href") == f"#{name}"]
        anchor = page.find("a", attrs={"name": name})
        places += [] if anchor is None else [anchor.find_next("span", class_="pull-right")]
        for text in (text for place in places if place for text in place.find_all(string=_SCORE)):
            text.replace_with(_SCORE.sub("to be graded by hand", text))
    if mark.waiting:
        answers = "1 answer is" if mark.to_grade == 1 else f"{mark.to_grade} answers are"
        heading = page.find("h4")
        assert heading is not None, "nbgrader's template has a heading"
        heading.append(f" {answers} still to be graded by hand.")


def _insert_head(page: BeautifulSoup, key: str) -> None:
    """A policy that lets only the page's own scripts run, its look, and the key of its content."""
    head = page.head
    assert head is not None, "nbgrader's template has a head"
    hashes = [_hash(script) for script in head.find_all("script") if not script.get("src")]
    policy = "; ".join(
        [
            "default-src 'none'",
            "img-src data:",
            f"style-src 'unsafe-inline' {_MATHJAX}",
            f"font-src data: {_MATHJAX}",
            f"script-src {_MATHJAX} {' '.join(hashes)}",
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


def _hash(script: Tag) -> str:
    digest = hashlib.sha256(script.get_text().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
