"""What a student sees of `check(...)`, in a real notebook kernel."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient

from autograder.rendering.palette import FAILED, PASSED

SETUP = """
from autograder import check, start_unit
start_unit("policy_network")
import torch
"""
UNSOLVED = """
def policy_loss(log_probs, returns):
    raise NotImplementedError()
"""
OTHER_REASON = """
def policy_loss(log_probs, returns):
    return torch.zeros(1, device="meta").cpu()
"""
WRONG = """
def policy_loss(log_probs, returns):
    return (returns * log_probs).sum()
"""
RIGHT = """
def policy_loss(log_probs, returns):
    return -(returns * log_probs).sum()
"""
CHECK = 'check("policy_network/loss", policy_loss)'
AS_TEXT = """
report = check("policy_network/loss", policy_loss)
print(repr(report), "---", sep="\\n")
report.show_examples()
"""


@pytest.fixture(scope="module")
def outputs():
    """Run cells in one real kernel; each cell's outputs by its source."""
    sources = [
        SETUP,
        UNSOLVED,
        CHECK,
        "policy_loss(1, 2)",
        "statistics",
        OTHER_REASON,
        "policy_loss(1, 2)  # once more",
        WRONG,
        CHECK + " # wrong",
        AS_TEXT,
        RIGHT,
        CHECK + " # right",
        "1 / 0",
        'check("policy_network/loss")',
        'check("policy_network/nothing", policy_loss)',
        "float(check('policy_network/loss', policy_loss))",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    NotebookClient(notebook, timeout=120, allow_errors=True).execute()
    return {cell.source: cell.outputs for cell in notebook.cells}


def shown(outputs):
    """Text and HTML of a cell's results."""
    data = [output.data for output in outputs if "data" in output]
    return "".join(item.get("text/plain", "") for item in data), "".join(
        item.get("text/html", "") for item in data
    )


def error(outputs):
    (found,) = [output for output in outputs if output.output_type == "error"]
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(found.traceback))


def test_the_setup_says_that_it_is_ready(outputs):
    *_, line = outputs[SETUP]  # before it, while PyTorch is loaded, a line that has gone
    assert line.text.startswith("Ready: policy_network")


def test_an_unsolved_exercise_is_shown_as_such_without_an_error(outputs):
    text, page = shown(outputs[CHECK])

    assert text == "0.0"  # nbgrader takes any other text for full points
    assert "0 of 2 points" in page and "NotImplementedError" in page


def test_a_cell_that_depends_on_it_says_what_it_waits_for_in_one_line(outputs):
    assert error(outputs["policy_loss(1, 2)"]) == (
        "NotImplementedError: this cell waits for the exercise policy_network/loss. Solve it first."
    )


def test_a_cell_in_which_pytorch_raises_the_same_error_waits_for_nothing(outputs):
    assert "waits for" not in error(outputs["policy_loss(1, 2)  # once more"])


def test_a_missing_name_says_where_it_should_come_from(outputs):
    assert "statistics does not exist yet" in error(outputs["statistics"])


def test_a_mistake_is_named_in_red(outputs):
    text, page = shown(outputs[CHECK + " # wrong"])

    assert text == "0.0"
    assert "✗ value" in BeautifulSoup(page, "html.parser").get_text()
    assert "The sign is flipped" in page and FAILED.colour in page


def test_a_worked_example_is_folded_below_a_mistake_and_nowhere_else(outputs):
    page = BeautifulSoup(shown(outputs[CHECK + " # wrong"])[1], "html.parser")

    [example] = page.find_all("details")
    assert example.summary.text == "A worked example" and not example.has_attr("open")
    assert "-3 * -0.693 = 2.079" in example.pre.text
    for source in (CHECK, CHECK + " # right"):
        assert "<details>" not in shown(outputs[source])[1]


def test_as_text_an_example_is_printed_on_demand(outputs):
    text = outputs[AS_TEXT][0]["text"]

    before, after = text.split("---")
    assert "✗ value" in before and "The sign is flipped" in before and "2.079" not in before
    assert "check('policy_network/loss', …).show_examples()" in before
    assert "-3 * -0.693 = 2.079" in after


def test_a_right_answer_is_green_all_over(outputs):
    text, page = shown(outputs[CHECK + " # right"])

    assert text == "2.0"
    assert "2 of 2 points" in page
    assert PASSED.colour in page and FAILED.colour not in page


def test_other_errors_keep_their_traceback(outputs):
    assert "ZeroDivisionError" in error(outputs["1 / 0"])


def test_a_wrong_call_says_how_to_call(outputs):
    assert "Call it with policy_loss" in error(outputs['check("policy_network/loss")'])
    wrong = error(outputs['check("policy_network/nothing", policy_loss)'])
    assert "No task policy_network/nothing" in wrong and "policy_network/forward" in wrong


def test_the_points_are_a_number_for_nbgrader(outputs):
    text, _ = shown(outputs["float(check('policy_network/loss', policy_loss))"])

    assert text == "2.0"
