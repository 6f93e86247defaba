"""nbgrader's feedback page, calmer to read, and with every script but MathJax switched off."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from bs4 import BeautifulSoup, Tag
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode

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
    """Turns an autograded notebook into a student's feedback page."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **settings: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page as one HTML file that runs no script from the notebook."""
        result = nb.metadata.get("autograder", {}).get("result", "")
        html, resources = super().from_notebook_node(nb, resources, **settings)
        page = BeautifulSoup(html, features="html.parser")
        _drop_scripts_in_body(page)
        _name_cells(page)
        _insert_head(page, str(result))
        return str(page), resources


def _drop_scripts_in_body(page: BeautifulSoup) -> None:
    for script in page.select("body script"):
        script.decompose()


def _name_cells(page: BeautifulSoup) -> None:
    """nbgrader's list of cells calls each "Test cell": call it by its exercise, once."""
    for link in page.select("#toc a"):
        target = str(link.get("href", "")).removeprefix("#")
        if target.startswith("check-"):
            link.string = target.removeprefix("check-").replace("_", " ")
        elif target.startswith("comment-") and link.parent is not None:
            link.parent.decompose()


def _insert_head(page: BeautifulSoup, result: str) -> None:
    """A policy that lets only the page's own scripts run, the page's look, and its record's key."""
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
    head.insert(0, page.new_tag("meta", attrs={"name": "autograder-result", "content": result}))
    head.insert(
        0,
        page.new_tag("meta", attrs={"http-equiv": "Content-Security-Policy", "content": policy}),
    )
    head.insert(0, page.new_tag("meta", charset="utf-8"))


def _hash(script: Tag) -> str:
    digest = hashlib.sha256(script.get_text().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
