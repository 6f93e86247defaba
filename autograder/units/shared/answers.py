"""Questions with one right answer among some named ones."""

from __future__ import annotations

import hashlib

import numpy as np

from autograder.checks.expect import expect
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.examples.episodes import DIAGNOSIS
from autograder.worker.interface import Student


def answer_digest(task: str, answer: str) -> str:
    """What stands in the tasks instead of the right answer."""
    return hashlib.sha256(f"{task}:{answer}".encode()).hexdigest()[:16]


class ChoiceTask(Task):
    """A task whose function returns the letter of the right option."""

    examples = (DIAGNOSIS,)

    def __init__(self, name: str, digest: str, options: str = "abcd") -> None:
        """digest: `answer_digest` of the right letter. options: the letters there are."""
        super().__init__(name, requires=(name.split("/")[1],))
        self.digest = digest
        self.options = options

    @check(points=1)
    def the_right_option(self, student: Student, random: np.random.Generator) -> None:
        answer = student.call(self.requires[0])
        letter = answer.strip().lower() if isinstance(answer, str) else ""
        expect(
            len(letter) == 1 and letter in self.options,
            "no_option",
            Message(
                "Return one of the letters {letters} as a text.", letters=", ".join(self.options)
            ),
        )
        expect(
            answer_digest(self.name, letter) == self.digest,
            "wrong_option",
            "Not this one. Look at the curve again: where does it start, where does it end, and is "
            "that better or worse than the random agent? Then ask what each option would do.",
        )
