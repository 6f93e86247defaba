"""What is quoted of an error of TensorFlow's."""

import pytest

from autograder.units.double_dqn_keras.recorded import last_line
from autograder.worker.interface import StudentError


@pytest.mark.parametrize(
    ("text", "quoted"), [("", "no message"), ("in line 3\n  is no tensor \n", "is no tensor")]
)
def test_the_last_line_is_quoted(text: str, quoted: str) -> None:
    assert last_line(StudentError("TypeError", text)) == quoted
