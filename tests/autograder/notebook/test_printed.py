"""What a student's function prints while it is checked does not bury the result."""

from __future__ import annotations

import pytest

from autograder import check
from autograder.notebook.printed import MAX_LINES, few_printed_lines

Captured = pytest.CaptureFixture[str]


def test_a_function_that_prints_at_each_call_shows_twenty_lines(capsys: Captured) -> None:
    def rule(observation):
        print("angle:", observation[2])
        return int(observation[2] > 0)

    check("meet_cartpole/rule", rule)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == MAX_LINES + 1
    assert all(line.startswith("angle: ") for line in lines[:-1])
    assert lines[-1].startswith("... and ") and lines[-1].endswith("lines printed by your code.")


def test_a_few_lines_are_shown_as_they_are(capsys: Captured) -> None:
    with few_printed_lines():
        print("a", end="")
        print("b\nc")
    assert capsys.readouterr().out == "ab\nc\n"


def test_the_lines_that_are_not_shown_are_counted(capsys: Captured) -> None:
    with few_printed_lines():
        for number in range(1_025):
            print(number)
    assert capsys.readouterr().out.splitlines()[-1] == (
        "... and 1,005 more lines printed by your code."
    )


def test_an_endless_line_is_cut(capsys: Captured) -> None:
    with few_printed_lines():
        for _ in range(1_000):
            print("x" * 1_000, end="")
    assert len(capsys.readouterr().out) < 50_000


def test_after_an_error_printing_is_as_before(capsys: Captured) -> None:
    with pytest.raises(KeyError), few_printed_lines():
        raise KeyError
    for number in range(MAX_LINES + 5):
        print(number)
    assert len(capsys.readouterr().out.splitlines()) == MAX_LINES + 5
