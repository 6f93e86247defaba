"""Questions with one right answer among some named ones."""

from __future__ import annotations

import hashlib

import numpy as np

from autograder.checks.expect import expect
from autograder.checks.task import Task
from autograder.worker.interface import Student


def answer_digest(task: str, answer: str) -> str:
    """What stands in the tasks instead of the right answer."""
    return hashlib.sha256(f"{task}:{answer}".encode()).hexdigest()[:16]


def choice_task(name: str, digest: str, options: str = "abcd") -> Task:
    """A task whose function returns the letter of the right option."""
    function = name.split("/")[1]
    task = Task(name, requires=(function,))

    @task.check("the_right_option", points=1)
    def the_right_option(student: Student, random: np.random.Generator) -> None:
        answer = student.call(function)
        letter = answer.strip().lower() if isinstance(answer, str) else ""
        expect(
            len(letter) == 1 and letter in options,
            "no_option",
            f"Return one of the letters {', '.join(options)} as a text.",
        )
        expect(
            answer_digest(name, letter) == digest,
            "wrong_option",
            "Not this one. Look at the curve again: where does it start, where does it end, and is "
            "that better or worse than the random agent? Then ask what each option would do.",
        )

    return task
