"""Formulas become MathML, whoever wrote them; what is none stays as it was typed."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup

from autograder.authoring.build import units_with_source
from autograder.course import Course
from autograder.gradebook.display import formatted
from autograder.gradebook.formulas import LONGEST
from autograder.units import Unit


def texts(unit: Unit) -> Iterator[str]:
    """The Markdown cells of a unit's solution."""
    notebook = Course.find().source(unit.assignment).with_suffix(".ipynb")
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            yield "".join(cell["source"])


def symbols(html: str) -> str:
    """What is left of formulas if one reads them aloud."""
    formulas = BeautifulSoup(html, "html.parser").find_all("math")
    return " ".join("".join(formula.get_text().split()) for formula in formulas)


def without_code(html: str) -> str:
    page = BeautifulSoup(html, "html.parser")
    for code in page.find_all(["code", "pre"]):
        code.decompose()
    return page.get_text()


@pytest.mark.parametrize("unit", units_with_source(Course.find()), ids=lambda unit: unit.name)
def test_every_formula_of_a_unit_is_typeset(unit: Unit) -> None:
    pages = [formatted(text) for text in texts(unit)]

    assert any("<math" in page for page in pages)
    assert not [page for page in pages if set("$\\") & set(without_code(page))]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (r"so $\gamma < 1$ holds", "γ<1"),
        (r"$$G_t = r_t + \gamma G_{t+1}$$", "Gt=rt+γGt+1"),
        (r"\\(a \ge b\\)", "a≥b"),
        ("\\begin{align}a &= b \\\\ c &= d\\end{align}", "a=bc=d"),
        (r"<var class='formula'>\pi</var>", "π"),
        (r"$5 & 6$ and $\text{a<b}$", "5&6 a<b"),
    ],
)
def test_a_formula_shows_its_symbols(typed: str, read: str) -> None:
    assert symbols(formatted(typed)) == read


def test_formulas_between_two_dollars_stand_on_a_line_of_their_own() -> None:
    assert '<math display="inline">' in formatted("$x$")
    assert '<math display="block">' in formatted("$$x$$")


@pytest.mark.parametrize(
    "typed", [r"$\frac{$", "$$\\begin{cases$$", f"${'x' * (LONGEST + 1)}$", "$" + "{" * 1500 + "$"]
)
def test_what_cannot_be_read_stays_as_it_was_typed(typed: str) -> None:
    html = formatted(typed)

    assert "<math" not in html
    assert typed in BeautifulSoup(html, "html.parser").get_text()


def test_a_length_that_moves_things_far_is_left_out() -> None:
    assert "999" not in formatted(r"$a\hspace{999em}b$").partition("<math")[2]
    assert "width" in formatted(r"$a\quad b$")


def test_a_price_is_no_formula() -> None:
    assert "<math" not in formatted("It costs 5$.")
    assert "<math" not in formatted("`$x$`")
