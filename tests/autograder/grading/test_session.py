"""A submission's cells run in the sandbox as they do in a notebook."""

from __future__ import annotations

import pytest

from autograder.grading.notebook import Submission, SubmittedCell
from autograder.grading.session import Broken, Session
from autograder.worker.interface import Student


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


@pytest.mark.parametrize(
    ("ends", "told"),
    (
        ("os._exit(3)", "ended its process (exit status 3)"),
        ("os.write(1, bytes(4 << 20))", "printed more than allowed"),
    ),
)
def test_what_ends_a_fresh_worker_is_said_of_that_one(ends: str, told: str) -> None:
    code = f"import os\ndef end():\n    {ends}\ndef number():\n    return 7\n"
    submission = Submission((SubmittedCell("end", "code", code, runs=True),))

    with Session(submission, None, True) as session:
        with pytest.raises(Broken) as broken:
            session.ask(lambda student: _in_a_fresh_one(student, "end"), 5.0)
        assert session.ask(lambda student: student.call("number"), 5.0) == 7

    assert broken.value.message == told
    assert session.broken == [broken.value]


def _in_a_fresh_one(student: Student, name: str) -> object:
    with student.fresh() as other:
        return other.call(name)
