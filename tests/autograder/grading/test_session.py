"""A submission's cells run in the sandbox as they do in a notebook."""

from __future__ import annotations

from autograder.grading.notebook import Submission, SubmittedCell
from autograder.grading.session import Session


def test_a_module_that_a_cell_writes_can_be_imported() -> None:
    cells = (
        SubmittedCell(
            "write", "code", "%%writefile my_tools.py\ndef number():\n    return 7\n", runs=True
        ),
        SubmittedCell("use", "code", "from my_tools import number", runs=True),
    )

    with Session(Submission(cells), None, True) as session:
        answer = session.ask(lambda student: student.call("number"), 5.0)

    assert (answer, session.cell_errors) == (7, [])


def test_a_module_of_that_kind_hides_none_of_the_systems() -> None:
    cells = (
        SubmittedCell("write", "code", "%%writefile fractions.py\nNUMBER = 7\n", runs=True),
        SubmittedCell("use", "code", "from fractions import Fraction as half", runs=True),
    )

    with Session(Submission(cells), None, True) as session:
        session.ask(lambda student: student.put(1), 5.0)

    assert session.cell_errors == []
