"""Questions that guessing cannot answer: their answers are numbers, rows and matchings.

A task's function returns a dictionary with one answer for each part of the question:

    def diagnosis():
        return {"targets": [1.5, 2.0, 0.5], "wrong_rows": [0, 3], "curves": "fbd"}
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect
from autograder.checks.task import Task
from autograder.messages import Message
from autograder.units.shared.examples.reading import (
    INTERQUARTILE_MEAN,
    INTERVAL,
    PAIRS,
    PARTS,
)
from autograder.worker.interface import Student

#: A check's verdict about a part's answer: it raises CheckFailed.
Random = np.random.Generator
#: No question asks for more.
MOST_NUMBERS = 1_000


def parts_digest(task: str, part: str, answer: str) -> str:
    """What stands in a task instead of the right matching or the right rows of a part."""
    return hashlib.sha256(f"{task}:{part}:{answer}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Part(ABC):
    """One part of a question.

    name: its key in the student's dictionary, and the name of its check. look: what to look at
    again when the answer is wrong. points: what it is worth.
    """

    name: str
    look: str
    points: float

    @abstractmethod
    def expect_right(self, task: str, answer: object) -> None:
        """Raise CheckFailed unless this is the right answer to the task's part."""

    @abstractmethod
    def guess(self, random: Random) -> object:
        """An answer of the right form that somebody gives without thinking."""


@dataclass(frozen=True)
class Numbers(Part):
    """Several numbers, in a given order.

    values: what is right, (n,), or a function that computes it. tolerance: how far each may be off;
    0.01 accepts numbers that are rounded to two decimals. known: the numbers that typical mistakes
    lead to, (n,) each.
    """

    values: Sequence[float] | Callable[[], np.ndarray]
    tolerance: float = 0.01
    known: tuple[KnownMistake, ...] = ()

    @property
    def right(self) -> np.ndarray:
        """The right numbers, (n,)."""
        return np.asarray(self.values() if callable(self.values) else self.values, np.float64)

    def expect_right(self, task: str, answer: object) -> None:
        right = self.right
        given = _numbers(answer)
        if given is None or given.shape != right.shape:
            wanted = Message(
                "“{part}” should be a list of {n} numbers.", part=self.name, n=len(right)
            )
            raise CheckFailed("no_numbers", wanted)
        wrong = np.flatnonzero(~self._close(given, right))
        if not len(wrong):
            return
        for typical in self.known:
            if self._close(given, np.asarray(typical.values, np.float64)).all():
                raise CheckFailed(typical.mistake, typical.message)
        count = Message(
            "“{part}”: {wrong} of the {n} numbers are not right; the first of them is number "
            "{first} of the list.",
            part=self.name,
            wrong=len(wrong),
            n=len(right),
            first=int(wrong[0]) + 1,
        )
        raise CheckFailed("wrong_numbers", Message.joined(count, self.look))

    def guess(self, random: Random) -> list[float]:
        """Numbers that are right at some place, or in a typical mistake, anywhere in the list."""
        plausible = np.concatenate([self.right, *(mistake.values for mistake in self.known)])
        return [float(value) for value in random.choice(np.unique(plausible), len(self.right))]

    def _close(self, given: np.ndarray, right: np.ndarray) -> np.ndarray:
        # Half of the last decimal is exactly at the limit: rounding errors must not decide.
        close: np.ndarray = np.abs(given - right) <= self.tolerance + 1e-9
        return close


@dataclass(frozen=True)
class Matching(Part):
    """A letter for each of several things: which curve belongs to which setting.

    items: the things, in the order in which they are asked about. options: the letters to choose
    from; each fits at most one thing. digest: `parts_digest` of the right letters, in this order.
    """

    items: tuple[str, ...]
    options: str
    digest: str

    def expect_right(self, task: str, answer: object) -> None:
        letters = _letters(answer)
        n = len(self.items)
        expect(
            letters is not None and len(letters) == n and set(letters) <= set(self.options),
            "no_matching",
            Message(
                "“{part}” should be a text of {n} letters from {options}, one for each of: "
                "{items}.",
                part=self.name,
                n=n,
                options=self.options,
                items=", ".join(self.items),
            ),
        )
        letters = letters or ""
        expect(
            len(set(letters)) == n,
            "letter_used_twice",
            Message("“{part}”: each letter fits only one thing.", part=self.name),
        )
        if parts_digest(task, self.name, letters) != self.digest:
            wrong = Message("“{part}”: not all of these belong together.", part=self.name)
            raise CheckFailed("wrong_matching", Message.joined(wrong, self.look))

    def guess(self, random: Random) -> str:
        return "".join(random.permutation(list(self.options))[: len(self.items)])


@dataclass(frozen=True)
class Rows(Part):
    """Which rows of a table are meant, by their numbers from 0 on; none may be right, too.

    rows: how many the table has. digest: `parts_digest` of the right ones, as in "0,3,4".
    """

    rows: int
    digest: str

    def expect_right(self, task: str, answer: object) -> None:
        given = _numbers(answer)
        is_list = given is not None and given.ndim == 1 and bool(np.all(given == given.round()))
        chosen = sorted({int(row) for row in given}) if given is not None and is_list else [-1]
        expect(
            all(0 <= row < self.rows for row in chosen),
            "no_rows",
            Message(
                "“{part}” should be a list of row numbers from 0 to {last}.",
                part=self.name,
                last=self.rows - 1,
            ),
        )
        if parts_digest(task, self.name, ",".join(map(str, chosen))) != self.digest:
            wrong = Message("“{part}”: these are not exactly the rows.", part=self.name)
            raise CheckFailed("wrong_rows", Message.joined(wrong, self.look))

    def guess(self, random: Random) -> list[int]:
        return [int(row) for row in np.flatnonzero(random.integers(2, size=self.rows))]


class QuestionTask(Task):
    """A task whose function returns a dictionary: an answer for each part of its question.

    Each part is a check of its own, with its own points. Four random tries earn less than a tenth
    of them: a test guesses as `Part.guess` does.
    """

    examples = (PARTS, INTERQUARTILE_MEAN, PAIRS, INTERVAL)

    def __init__(self, name: str, parts: tuple[Part, ...]) -> None:
        super().__init__(name, requires=(name.split("/")[1],))
        self.parts = parts
        for part in parts:
            self.check(part.name, points=part.points)(self._asking(part))

    def _asking(self, part: Part) -> Callable[[Student, Random], None]:
        def ask(student: Student, random: Random) -> None:
            answers = student.call(self.requires[0])
            names = ", ".join(part.name for part in self.parts)
            expect(
                isinstance(answers, dict),
                "no_dictionary",
                Message("Return a dictionary with these keys: {names}.", names=names),
            )
            expect(
                answers.get(part.name) is not None,
                "no_answer",
                Message("The dictionary holds no answer to “{part}” yet.", part=part.name),
            )
            part.expect_right(self.name, answers[part.name])

        return ask


def _numbers(answer: object) -> np.ndarray | None:
    """The answer as an array of floats; None if it is anything but a row of finite numbers."""
    # A list that holds texts would become a table as wide as the longest of them.
    if isinstance(answer, list) and len(answer) <= MOST_NUMBERS and all(map(_is_number, answer)):
        values = np.array(answer)
    elif isinstance(answer, np.ndarray) and answer.size <= MOST_NUMBERS:
        values = answer
    else:
        return None
    if values.size and values.dtype.kind not in "iuf":
        return None
    values = values.astype(np.float64)
    return values if np.isfinite(values).all() else None


def _is_number(item: object) -> bool:
    return isinstance(item, (int, float)) or (isinstance(item, np.ndarray) and item.shape == ())


def _letters(answer: object) -> str | None:
    """The letters of an answer, written as one text or as a list, in small letters."""
    if isinstance(answer, list) and all(isinstance(item, str) for item in answer):
        answer = "".join(answer)
    if not isinstance(answer, str):
        return None
    return "".join(character for character in answer.lower() if character not in " ,;-\n\t")
