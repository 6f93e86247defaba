"""Sphinx's settings for the documentation site: `make site`.

The pages are the repository's own Markdown files. Everything that they load is beside them, so the
site can be read from a disk, without a network.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / ".venv-site" / "node_modules"

#: The parts of the site, and their pages in the order of the sidebar.
CONTENTS = {
    "For instructors": (
        "docs/term",
        "docs/department",
        "docs/cluster",
        "docs/release",
        "docs/security",
    ),
    "For authors": ("docs/authors", "examples/tabular_q/README", "docs/calibration/README"),
    "For developers": ("docs/architecture", "CONTRIBUTING", "CHANGELOG"),
    "Measured": ("docs/proof", "docs/benchmark", "docs/mutation", "docs/comparison"),
}

project = "A graded reinforcement-learning course"
root_doc = "README"
include_patterns = ["*.md", "docs/**.md", "examples/*/README.md"]
exclude_patterns = [".*", "autograder", "course", "dist", "solutions", "tests"]
extensions = ["myst_parser", "sphinx.ext.mathjax"]
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_fence_as_directive = ["mermaid"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = project
templates_path = ["templates"]
html_additional_pages = {"index": "to_readme.html"}
html_copy_source = False
html_static_path = [
    str(NODE / "mermaid" / "dist" / "mermaid.min.js"),
    str(NODE / "mathjax" / "es5" / "tex-svg-full.js"),
]
mathjax_path = "tex-svg-full.js"


class Mermaid(Directive):
    """A diagram. (sphinxcontrib-mermaid loads a module, which browsers refuse on a disk.)"""

    has_content = True

    def run(self) -> list[nodes.Node]:
        text = html.escape("\n".join(self.content))
        return [nodes.raw("", f'<pre class="mermaid">{text}</pre>', format="html")]


def add_contents(app: Any, page: str, source: list[str]) -> None:
    """Put the table of contents below the README, where GitHub would show its source."""
    if page == root_doc:
        for caption, pages in CONTENTS.items():
            listed = "\n".join(f"/{name}" for name in pages)
            source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{listed}\n```\n"


def load_mermaid(app: Any, page: str, template: str, context: Any, doctree: Any) -> None:
    """Load the script where there is a diagram to draw."""
    if doctree and any('class="mermaid"' in raw.astext() for raw in doctree.findall(nodes.raw)):
        app.add_js_file("mermaid.min.js")


def setup(app: Any) -> None:
    app.add_directive("mermaid", Mermaid)
    app.connect("html-page-context", load_mermaid)
    app.connect("source-read", add_contents)
