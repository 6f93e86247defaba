"""The checks of a task as HTML: one line each, and nothing in it but text."""

import pytest
from bs4 import BeautifulSoup

from autograder.checks.judge import NOT_REACHED
from autograder.gradebook.display import clean_report
from autograder.rendering.html import harmless, task_html
from autograder.rendering.palette import FAILED, NOTE, PASSED, WAITING
from autograder.results import CheckResult, TaskResult

CHECKS = (
    CheckResult("right_shape", True),
    CheckResult("right_values", False, "sign_flipped", "A minus.\nTry again."),
    CheckResult("short", False, "long", "It could be shorter.", note=True),
    CheckResult("fast", False, NOT_REACHED, "Not checked yet."),
)
TASK = TaskResult("unit/loss", 1.0, 3.0, CHECKS)


def lines(html):
    return [div.get_text(" ").strip() for div in BeautifulSoup(html, "html.parser").find_all("div")]


def test_a_task_is_a_headline_a_line_for_each_check_and_a_remark():
    headline, *checks, remark = lines(task_html("1 of 3 points", TASK, "Mean score: 9."))

    assert (headline, remark) == ("1 of 3 points", "Mean score: 9.")
    assert [line[0] for line in checks] == [look.mark for look in (PASSED, FAILED, NOTE, WAITING)]
    assert "right values" in checks[1] and "A minus. Try again." in checks[1]


def test_a_note_says_that_it_costs_nothing_and_is_not_in_the_colour_of_a_mistake():
    note = task_html("3 of 3", TaskResult("unit/loss", 3.0, 3.0, CHECKS[2:3]))

    assert "costs no points" in note
    assert NOTE.colour in note
    assert FAILED.colour not in note and FAILED.mark not in note


def test_texts_are_escaped():
    nasty = "<script>alert(1)</script>$x$\x1b[2J"
    task = TaskResult("unit/loss", 0.0, 3.0, (CheckResult(nasty, False, "wrong", nasty),))

    html = task_html(nasty, task, nasty)

    assert {tag.name for tag in BeautifulSoup(html, "html.parser").find_all(True)} == {
        "div", "strong", "br", "span",
    }  # fmt: skip
    assert html.count("&lt;script&gt;") == 4
    assert "$" not in html and "\x1b" not in html


@pytest.mark.parametrize("formula", (r"$\color{green}{9}$", r"\(9\)", r"$$9$$", r"\[9\]"))
def test_nothing_is_a_formula(formula):
    """MathJax typesets what stands between two marks within one element."""
    task = TaskResult("unit/loss", 0.0, 3.0, (CheckResult("c", False, "wrong", formula),))

    page = BeautifulSoup(clean_report(task_html("0 of 3", task)), "html.parser")

    assert formula in page.get_text()
    marks = [text for text in page.find_all(string=True) if set(text) & set("$\\")]
    assert marks and all(text in "$\\" and text.parent.name == "span" for text in marks)


def test_a_long_text_is_cut():
    assert len(harmless("x" * 5000)) == 2000


def test_nothing_is_lost_when_the_gradebook_cleans_the_page():
    html = task_html("1 of 3 points", TASK)

    def styles(text):
        tags = BeautifulSoup(text, "html.parser").find_all(style=True)
        return [set(tag["style"].replace(" ", "").strip(";").split(";")) for tag in tags]

    assert styles(clean_report(html)) == styles(html)
    assert len(styles(html)) > len(CHECKS)
