"""What a student wrote is shown to an instructor, and does nothing there."""

from __future__ import annotations

import base64
import csv
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from jinja2 import Environment
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook

from autograder.class_run import grade_class
from autograder.course import MARKER, Course
from autograder.gradebook.display import (
    MOST_OF_A_KIND,
    CleanCells,
    clean_html,
    clean_report,
    safe_markdown,
)
from autograder.gradebook.outputs import check_outputs, status_cell
from autograder.results import CheckResult, Result, Status, TaskResult
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result

NASTY = [
    "<script>alert(1)</script>",
    r"$\href{javascript:alert(1)}{x} \class{modal}{x} \style{position:fixed}{x}$",
    r"$\text{<script>alert(1)</script>} <b onclick=alert(1)>$ ![$x$](https://example.com/x.png)",
    '<math href="javascript:alert(1)"><mtext onclick="alert(1)">x</mtext></math>',
    '<var class="formula">x<b onclick="alert(1)">y</b><script>alert(1)</script></var>',
    '<var class="formula">x',
    "<img src=x onerror=alert(1)>",
    '<svg onload="alert(1)"><script>alert(1)</script></svg>',
    "[click](javascript:alert(1))",
    "[click](  JaVaScRiPt:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "<a href='vbscript:x' onclick='alert(1)'>click</a>",
    "![x](https://example.com/tracker.png)",
    "<style>.score { display: none }</style>",
    "<div style='position: fixed; inset: 0; background: white'>27 of 27</div>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=x></object><embed src=x><base href='https://example.com'>",
    "<form action='https://example.com'><input id='check-forward' name='score'></form>",
    "<meta http-equiv=refresh content='0; url=https://example.com'><link rel=stylesheet href=x>",
    "```mermaid\n<img src=x onerror=alert(1)>\n```",
    "$<img src=x onerror=alert(1)>$",
    "\\begin{x}<script>alert(1)</script>\\end{x}",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "![x](attachment:x.svg)",
    "# check-forward\n\n<h1 id='check-forward'>x</h1>",
    "<p class='modal navbar-fixed-top'>x</p>",
    "</div></div><div style='contain: none'>$\\raise{50em}{\\rlap{\\colorbox{white}{9}}}$</div>",
]
FRAME = "contain: paint; overflow-x: auto"


def rendered(markdown: str) -> str:
    environment = Environment()
    environment.filters["markdown"] = safe_markdown
    return environment.from_string("{{ text | markdown }}").render(text=markdown)


def dangers(html: str) -> list[str]:
    """What in this HTML would run, load, hide or be taken for something else."""
    page = BeautifulSoup(html, "html.parser")
    usual, in_formulas = {"href", "src", "alt", "class", "open", "align"}, {"display", "stretchy"}
    found = []
    for tag in page.find_all(True):
        if tag.name in {"script", "style", "svg", "iframe", "object", "embed", "form"}:
            found.append(tag.name)
        if tag.name in {"input", "base", "meta", "link", "noscript", "template"}:
            found.append(tag.name)
        names = [name for name in tag.attrs if (name, tag[name]) != ("style", FRAME)]
        allowed = in_formulas if tag.name.startswith("m") else usual
        found += [f"{tag.name} {name}" for name in names if name not in allowed]
        if not str(tag.get("href", "#")).startswith(("#", "http://", "https://", "mailto:")):
            found.append(f"href {tag['href']}")
        if not str(tag.get("src", "data:image/png;base64,")).startswith("data:image/"):
            found.append(f"src {tag['src']}")
        if {"modal", "navbar-fixed-top"} & set(tag.get("class", [])):
            found.append("class")
    return found


@pytest.mark.parametrize("markdown", NASTY)
def test_nothing_in_an_answer_runs_loads_or_hides(markdown: str) -> None:
    assert dangers(rendered(markdown)) == []


@pytest.mark.parametrize("markdown", NASTY)
def test_all_of_an_answer_stands_in_a_frame_that_it_cannot_paint_over(markdown: str) -> None:
    frames = BeautifulSoup(rendered(markdown), "html.parser").find_all(recursive=False)

    assert [frame.get("style") for frame in frames] == [FRAME]


def test_the_search_for_dangers_finds_them() -> None:
    assert dangers("<img src=x onerror=alert(1)>") == ["img onerror", "src x"]
    assert dangers("<script>1</script>") == ["script"]


def test_honest_answers_keep_their_format() -> None:
    html = rendered("**bold** `code` $a<b$\n\n1. one\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    for part in (
        "<strong>bold</strong>",
        "<code>code</code>",
        "<mo>&lt;</mo>",
        "<ol>",
        "<td>1</td>",
    ):
        assert part in html
    assert '<span class="k">def</span>' in rendered("```python\ndef f(): pass\n```")
    assert '<a href="https://example.com">' in rendered("[a](https://example.com)")


def test_a_very_long_answer_is_shown_as_typed() -> None:
    html = rendered("*" * 200_000)
    assert html.startswith("<pre>*") and len(html) < 60_000


def test_of_all_that_is_shown_only_the_beginning_is_formatted() -> None:
    cells = [new_code_cell("x=1;" * 9_000) for _ in range(30)]
    cells += [new_markdown_cell("text " * 9_000), new_markdown_cell("text"), new_code_cell("y")]

    cleaned, _ = CleanCells(enabled=True)(new_notebook(cells=cells), {})

    for kind in ("code", "markdown"):
        sources = [cell.source for cell in cleaned.cells if cell.cell_type == kind]
        assert MOST_OF_A_KIND < sum(map(len, sources)) < MOST_OF_A_KIND + 150 * len(sources)
        assert "shows only the beginning" in sources[-1]
    assert cleaned.cells[0].source == "x=1;" * 9_000


def test_the_graders_own_html_keeps_its_colours_and_nothing_that_moves() -> None:
    html = clean_report('<div style="color: #1b6e20; position: fixed; z-index: 9">x</div>')
    assert "#1b6e20" in html
    assert "position" not in html and "z-index" not in html


def test_the_graders_own_outputs_escape_what_is_the_students() -> None:
    result = nasty_result(unit_named("policy_network"))
    shown = [
        output.data["text/html"]
        for output in check_outputs(result, result.tasks[0], 3.0)
        if "text/html" in output.data
    ]
    for html in (*shown, status_cell(result).source):
        names = {tag.name for tag in BeautifulSoup(html, "html.parser").find_all(True)}
        assert names <= {"div", "strong", "br", "span", "p", "table", "tbody", "tr", "td"}
        assert "onerror" in html  # there, as text


def test_outputs_of_unknown_kinds_are_dropped() -> None:
    kinds = {
        "application/javascript": "alert(1)",
        "image/svg+xml": "<svg onload=alert(1)>",
        "text/markdown": "<img src=x onerror=alert(1)>",
        "application/vnd.jupyter.widget-view+json": {"model_id": "x"},
        "image/png": '"><script>alert(1)</script>',
        "text/html": "<script>alert(1)</script><b>kept</b>",
    }
    cell = new_code_cell("1", outputs=[new_output("display_data", data=kinds)])
    notebook = new_notebook(cells=[cell, new_markdown_cell("x")], metadata={"widgets": {}})
    cleaned, _ = CleanCells().preprocess(notebook, {})
    assert cleaned.cells[0].outputs[0].data == {"text/html": "alert(1)<b>kept</b>"}
    assert "widgets" not in cleaned.metadata


def test_a_picture_without_a_description_says_so() -> None:
    picture = base64.b64encode(b"a picture").decode()
    output = new_output("display_data", data={"image/png": picture})
    notebook = new_notebook(cells=[new_code_cell("", outputs=[output])])
    cleaned, _ = CleanCells().preprocess(notebook, {})
    shown = cleaned.cells[0].outputs[0].metadata["image/png"].alt
    assert shown.startswith("No description")
    assert f'alt="{shown}"' in clean_html(f'<img src="data:image/png;base64,{picture}">')
    assert 'alt="a pole"' in clean_html(f'<img src="data:image/png;base64,{picture}" alt="a pole">')


def test_a_cell_is_formatted_once_and_again_where_its_pictures_differ() -> None:
    def shown(picture: str) -> str:
        cell = {"attachments": {"a.png": {"image/png": picture}}}
        return safe_markdown({"cell": cell}, "![a pole](attachment:a.png)")

    assert "AAAA" in shown("AAAA")
    assert "BBBB" in shown("BBBB")
    assert rendered("**a**") is rendered("**a**")


def test_raw_cells_and_foreign_metadata_do_nothing() -> None:
    raw = NotebookNode(
        cell_type="raw", source="<script>alert(1)</script>", id="a",
        metadata=NotebookNode(raw_mimetype="text/html", tags=["x' onclick='alert(1)"]),
    )  # fmt: skip
    cleaned, _ = CleanCells().preprocess(new_notebook(cells=[raw]), {})
    assert "<script>" not in cleaned.cells[0].source
    assert cleaned.cells[0].metadata == {}


def test_colour_codes_and_control_characters_of_an_output_are_gone() -> None:
    output = new_output("stream", name="stdout", text="a\x1b]0;title\x07b\x1b[31mc")
    notebook = new_notebook(cells=[new_code_cell("", outputs=[output])])
    cleaned, _ = CleanCells().preprocess(notebook, {})
    assert "\x1b" not in cleaned.cells[0].outputs[0].text


@pytest.fixture
def unit() -> Unit:
    return unit_named("policy_network")


@pytest.fixture
def nasty_class(tmp_path: Path, unit: Unit) -> Course:
    """One student whose answers, code, messages and warnings are all nasty."""
    course = make_course(tmp_path, unit)
    text = "\n\n".join(NASTY)
    path = hand_in(course, unit, "eve", {"forward": f'"""{text}"""', "question-why": text})
    keep(course, unit, path, nasty_result(unit))
    return course


def nasty_result(unit: Unit) -> Result:
    """A result in which every text that may come from a student is hostile."""
    texts = " ".join(NASTY) + "\x1b[2J"
    check = CheckResult("values", False, "mistake", texts)
    tasks = tuple(TaskResult(name, 0.0, points, (check,)) for name, points in unit.task_points)
    return make_result(
        unit, tasks=tasks, status=Status.CRASHED, message=texts, warnings=(texts, "=1+1")
    )


def feedback_page(course: Course, unit: Unit) -> str:
    assert grade_class(course, unit) == 0
    page = course.root / "feedback" / "eve" / unit.assignment / f"{unit.name}.html"
    return page.read_text(encoding="utf-8")


def test_the_feedback_page_runs_nothing_of_the_students(nasty_class: Course, unit: Unit) -> None:
    page = BeautifulSoup(feedback_page(nasty_class, unit), "html.parser")
    assert page.body is not None and page.head is not None
    assert page.body.find_all(["script", "iframe", "object", "embed", "form", "svg", "meta"]) == []
    for tag in page.body.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on")]
        assert not str(tag.get("href", "")).lower().strip().startswith(("javascript", "data", "vb"))
        assert str(tag.get("src", "data:")).startswith("data:")
    policy = page.head.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert policy is not None
    content = str(policy["content"])
    assert "default-src 'none'" in content and "script-src" not in content
    assert page.find_all(["script", "link"]) == []


def test_the_formgrader_shows_it_harmlessly_too(
    nasty_class: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbgrader.server_extensions.formgrader import handlers
    from traitlets.config import PyFileConfigLoader

    feedback_page(nasty_class, unit)
    config = PyFileConfigLoader(MARKER, path=str(nasty_class.root)).load_config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    exporter = HTMLExporter(config=config)  # as the formgrader makes its own
    path = nasty_class.root / "autograded" / "eve" / unit.assignment / f"{unit.name}.ipynb"
    names = {name: "x" for name in ("base_url", "notebook_id", "submission_id", "assignment_id")}
    resources: dict[str, Any] = names | {"index": 0, "total": 1, "student": "eve"}
    html, _ = exporter.from_filename(str(path), resources=resources)
    page = BeautifulSoup(html, "html.parser")
    notebook = page.find(id="notebook")
    assert notebook is not None
    found = notebook.find_all(["script", "iframe", "object", "embed", "form", "svg", "style"])
    assert found == []
    for tag in notebook.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on")]
    # The formgrader finds its score fields by their ids: the student's must not come first.
    assert len(notebook.find_all(id="check-forward")) == 1


def test_the_export_has_the_status_and_no_formula(nasty_class: Course, unit: Unit) -> None:
    from nbgrader.apps.exportapp import ExportApp

    feedback_page(nasty_class, unit)
    with Gradebook(f"sqlite:///{nasty_class.root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_student("eve", last_name='=HYPERLINK("http://x")', email="@x")
        gradebook.update_or_create_student("absent")
    app = ExportApp()
    app.load_cwd_config = False
    path = nasty_class.root / "out.csv"
    app.initialize([f"--ExportPlugin.to={path}"], root=str(nasty_class.root))
    app.start()
    rows = {row["student_id"]: row for row in csv.DictReader(path.open(encoding="utf-8"))}
    assert rows["eve"]["status"] == "crashed and to grade by hand"
    assert rows["absent"]["status"] == "missing"
    assert rows["eve"]["last_name"].startswith("'=")
    assert rows["eve"]["email"] == "'@x"
