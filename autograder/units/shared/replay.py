"""The replay memory: a ring of transitions; the same checks for PyTorch and Keras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.worker.interface import Student, StudentError, StudentObject
from helpers.agents import Transition

#: Transitions in the memory, and draws of one, when it is asked whether all are equally likely.
ENTRIES, BATCH, BATCHES = 20, 10, 300

#: By so much the number that a next observation carries is larger.
NEXT = 1

EMPTY_PLACES = (
    "The batch holds observations that were never pushed. While the memory is not full, draw only "
    "among the rows that are filled."
)
KEEPS_THE_OLDEST = "A full memory must go on: the newest takes the place of the oldest."
FORGETS_THE_WRONG_ONES = (
    "When the end is reached, the next row is the first again, also in the middle of a push: count "
    "the rows modulo the capacity."
)


@dataclass(frozen=True)
class MemoryNames:
    """What the student's memory and its methods are called.

    `cls(capacity)` makes one; `push(transition)` takes a `Transition` of any number of rows;
    `sample(batch_size)` gives five arrays or tensors, a row for each transition drawn, in the
    order of `Batch`; `len(...)` counts the transitions.
    """

    cls: str = "ReplayMemory"
    push: str = "push"
    sample: str = "sample"


class Batch(NamedTuple):
    """What `sample` gives; the order of `helpers.Transition`, as far as targets need it."""

    observation: np.ndarray  # (batch, 4)
    action: np.ndarray  # (batch,)
    reward: np.ndarray  # (batch,)
    next_observation: np.ndarray  # (batch, 4)
    terminated: np.ndarray  # (batch,)


NAMES = MemoryNames()


class ReplayMemoryTask(Task):
    """A class that remembers the last transitions."""

    def __init__(self, name: str, names: MemoryNames = NAMES) -> None:
        """names: what the class and its methods are called."""
        super().__init__(name, requires=(names.cls,))
        self.names = names

    @check(points=0, blocking=True)
    def counts_its_transitions(self, student: Student, random: np.random.Generator) -> None:
        memory = self.memory(student, capacity=9)
        pushed = 0
        for rows in (1, 3, 2):
            memory.push(numbered(random, pushed, rows))
            pushed += rows
            expect(
                memory.length() == pushed,
                "wrong_length",
                Message(
                    "After {pushed} transitions len(memory) is {length}. One push may bring "
                    "several rows, one for each cart pole: count them all.",
                    pushed=pushed,
                    length=memory.length(),
                ),
            )

    @check(points=1, blocking=True)
    def gives_back_what_was_pushed(self, student: Student, random: np.random.Generator) -> None:
        memory = self.memory(student, capacity=50)
        known = numbered(random, 0, 6)
        memory.push(_part(known, slice(0, 2)))
        memory.push(_part(known, slice(2, 6)))
        batches = memory.samples(40, batch_size=5)
        _expect_shapes(batches[0], 5)
        found = set(np.concatenate([_number_of(batch.observation) for batch in batches]).tolist())
        expect(
            not (found >= {2, 3, 4, 5} and not found & {0, 1}),
            "overwritten_too_early",
            "After two pushes only what the second one brought is there, although there is room: "
            "the second push must go on behind the first.",
        )
        for batch in batches:
            _expect_known_rows(batch, known)

    @check(points=0)
    def takes_whole_numbers_and_doubles(
        self, student: Student, random: np.random.Generator
    ) -> None:
        memory = self.memory(student, capacity=9)
        known = numbered(random, 0, 4)
        known = known._replace(
            observation=known.observation.astype(np.float64),
            next_observation=known.next_observation.astype(np.float64),
            reward=np.arange(1, 5),
        )
        memory.push(known)
        batch = memory.sample(4)
        _expect_known_rows(batch, known)
        expect(
            batch.action.dtype.kind in "iu",
            "actions_not_whole",
            Message(
                "The actions come back as {dtype}. They number the columns of the Q-values and "
                "must be whole.",
                dtype=batch.action.dtype,
            ),
        )

    @check(points=1)
    def forgets_the_oldest(self, student: Student, random: np.random.Generator) -> None:
        memory = self.memory(student, capacity=5)
        pushed = 0
        for rows in (3, 3, 1, 4, 2):
            memory.push(numbered(random, pushed, rows))
            pushed += rows
        length = memory.length()
        expect(
            length == 5,
            "grows_without_end" if length == pushed else "wrong_length",
            Message(
                "After {pushed} transitions a memory for 5 should hold 5; yours says {length}.",
                pushed=pushed,
                length=length,
            ),
        )
        kept = memory.numbers(batches=60, batch_size=5)
        newest = set(range(pushed - 5, pushed))
        if kept == newest:
            return
        held = Message(
            "Of the transitions 0 to {last} a memory for 5 should hold {newest}; yours holds "
            "{kept}.",
            last=pushed - 1,
            newest=sorted(newest),
            kept=sorted(kept),
        )
        if kept <= set(range(5)):
            raise CheckFailed("keeps_the_oldest", Message.joined(held, KEEPS_THE_OLDEST))
        raise CheckFailed("forgets_the_wrong_ones", Message.joined(held, FORGETS_THE_WRONG_ONES))

    @check(points=1)
    def samples_all_equally_often(self, student: Student, random: np.random.Generator) -> None:
        memory = self.memory(student, capacity=2 * ENTRIES)
        memory.push(numbered(random, 0, ENTRIES))
        batches = memory.samples(BATCHES, BATCH)
        drawn = [_number_of(batch.observation) for batch in batches]  # (BATCH,) each
        expect(
            all(bool(np.all((batch >= 0) & (batch < ENTRIES))) for batch in drawn),
            "samples_empty_places",
            EMPTY_PLACES,
        )
        expect(
            not all(np.array_equal(np.sort(batch), np.sort(drawn[0])) for batch in drawn),
            "same_batch_again",
            "Every batch holds the same transitions: draw anew each time.",
        )
        counts = np.bincount(np.concatenate(drawn), minlength=ENTRIES)
        _expect_all_drawn(counts)
        expect(
            not all(map(_is_run, drawn)),
            "neighbours",
            "Each batch holds transitions that followed each other. They are much alike: the point "
            "of the memory is to mix them. Draw each one at random.",
        )
        _expect_uniform(counts)

    @check(points=1)
    def keeps_copies(self, student: Student, random: np.random.Generator) -> None:
        memory = self.memory(student, capacity=9)
        known = numbered(random, 0, 4)
        given = Transition(*(student.put(column) for column in known))  # type: ignore[arg-type]
        memory.push(given)
        for column in given:
            column.call("fill", 0)  # type: ignore[attr-defined]
        batch = memory.sample(4)
        expect(
            all(
                np.all(column[:, 0] != 0) for column in (batch.observation, batch.next_observation)
            ),
            "keeps_references",
            "The arrays given to push were changed afterwards, and so was your memory: it keeps "
            "references. The caller may use the arrays again; keep copies.",
        )

    def memory(self, student: Student, capacity: int) -> MemoryObject:
        """A fresh memory of the student's."""
        made = student.call(self.names.cls, capacity)
        if not isinstance(made, StudentObject):
            raise CheckFailed(
                "no_memory",
                Message("{cls}(capacity) should make a memory.", cls=self.names.cls),
            )
        return MemoryObject(made, self.names)


class StrictReplayMemoryTask(ReplayMemoryTask):
    """The same, of a memory that refuses to sample more transitions than it holds."""

    @check(points=1)
    def refuses_to_sample_too_many(self, student: Student, random: np.random.Generator) -> None:
        memory = self.memory(student, capacity=9)
        memory.push(numbered(random, 0, 3))
        try:
            memory.sample(4)
        except StudentError:
            return
        raise CheckFailed(
            "samples_too_many",
            "The memory held 3 transitions, and a batch of 4 was sampled. Raise an error instead "
            "(an assert will do), so that a mistake like this does not go unnoticed.",
        )


def numbered(random: np.random.Generator, first: int, rows: int) -> Transition:
    """Transitions that can be told apart: number `i` has 10 i + 1 in its observation.

    Of every three rows the second is terminated and the third truncated.
    """
    number = np.arange(first, first + rows)
    observation = random.normal(size=(rows, 4)).astype(np.float32)
    next_observation = random.normal(size=(rows, 4)).astype(np.float32)
    observation[:, 0] = 10 * number + 1
    next_observation[:, 0] = 10 * number + 1 + NEXT
    return Transition(
        observation=observation,
        action=number % 2,
        reward=(number + 0.5).astype(np.float32),
        next_observation=next_observation,
        terminated=number % 3 == 1,
        truncated=number % 3 == 2,
        episode=np.arange(rows),
    )


def _part(transition: Transition, rows: slice) -> Transition:
    return Transition(*(column[rows] for column in transition))


@dataclass(frozen=True)
class MemoryObject:
    """A memory of the student's, and what its answers must look like."""

    memory: StudentObject
    names: MemoryNames

    def push(self, transition: Transition) -> None:
        """Let the memory keep these transitions."""
        self.memory.call(self.names.push, transition)

    def length(self) -> int:
        """What len(memory) answers."""
        length = np.asarray(self.memory.call("__len__"))
        if length.shape != () or length.dtype.kind not in "iu":
            raise CheckFailed("wrong_length", "len(memory) should be a whole number.")
        return int(length)

    def sample(self, batch_size: int) -> Batch:
        """A batch drawn from the memory."""
        return self._batch(self.memory.call(self.names.sample, batch_size))

    def samples(self, batches: int, batch_size: int) -> list[Batch]:
        """Some batches, one drawn after the other."""
        first = self.sample(batch_size)  # what is no batch may be too large to ask for many
        others = self.memory.call_many([(self.names.sample, (batch_size,))] * (batches - 1))
        return [first, *map(self._batch, others)]

    def numbers(self, batches: int, batch_size: int) -> set[int]:
        """The numbers of the transitions that come up in some batches."""
        found: set[int] = set()
        for batch in self.samples(batches, batch_size):
            found |= set(_number_of(batch.observation).tolist())
        return found

    def _batch(self, batch: Any) -> Batch:
        if (
            not isinstance(batch, list)
            or len(batch) != len(Batch._fields)
            or any(not isinstance(column, np.ndarray) for column in batch)
        ):
            raise CheckFailed(
                "not_five_columns",
                Message(
                    "{sample} should give five arrays or tensors, in this order: {fields}.",
                    sample=self.names.sample,
                    fields=", ".join(Batch._fields),
                ),
            )
        return Batch(*batch)


def _expect_shapes(batch: Batch, rows: int) -> None:
    for name, column in zip(Batch._fields, batch, strict=True):
        shape = (rows, 4) if name.endswith("observation") else (rows,)
        expect(
            column.shape == shape,
            "wrong_shape",
            Message(
                "In a batch of {rows} the column {name} should have the shape {expected}, yours "
                "has {actual}.",
                rows=rows,
                name=name,
                expected=shape,
                actual=column.shape,
            ),
        )


def _number_of(observation: np.ndarray) -> np.ndarray:
    """The number that each row's observation carries; -1 for one that was never pushed."""
    number = (np.asarray(observation, dtype=np.float64)[:, 0] - 1) / 10
    return np.where(np.isclose(number, np.round(number)) & (number > -0.5), number, -1).astype(int)


def _is_run(drawn: np.ndarray) -> bool:
    """Whether the numbers, (BATCH,), follow each other; behind the last comes the first again."""
    numbers = set(drawn.tolist())
    run = np.arange(len(drawn))
    return any(numbers == set(((first + run) % ENTRIES).tolist()) for first in numbers)


def _expect_all_drawn(counts: np.ndarray) -> None:
    """counts: draws of each of ENTRIES transitions."""
    never = np.flatnonzero(counts == 0)
    expect(
        len(never) == 0,
        "some_never_sampled",
        Message(
            "Of {entries} transitions the numbers {never} were never drawn in {batches} batches of "
            "{size}. Draw from all that are there, the first and the last included.",
            entries=ENTRIES,
            never=never.tolist(),
            batches=BATCHES,
            size=BATCH,
        ),
    )


def _expect_uniform(counts: np.ndarray) -> None:
    """counts: draws of each of ENTRIES transitions."""
    expected = BATCH * BATCHES / ENTRIES
    expect(
        bool(np.all(np.abs(counts - expected) < 6 * np.sqrt(expected))),
        "not_uniform",
        Message(
            "In {draws} draws each of {entries} transitions should come up about {expected:.0f} "
            "times; yours between {fewest} and {most}.",
            draws=BATCH * BATCHES,
            entries=ENTRIES,
            expected=expected,
            fewest=counts.min(),
            most=counts.max(),
        ),
    )


def _expect_known_rows(batch: Batch, known: Transition) -> None:
    """Every row is one of the transitions pushed, with all its parts."""
    number = _number_of(batch.observation)
    expect(
        not np.all(_number_of(batch.observation - NEXT) >= 0),
        "observations_swapped",
        "The observation is the one after the step: that one belongs in next_observation.",
    )
    if not np.all((number >= 0) & (number < len(known.action))):
        raise CheckFailed("samples_empty_places", EMPTY_PLACES)
    same = {
        name: np.allclose(
            np.asarray(getattr(batch, name), dtype=np.float64), getattr(known, name)[number]
        )
        for name in Batch._fields
    }
    expect(
        same["next_observation"]
        or not np.allclose(batch.next_observation, known.observation[number]),
        "next_observation_lost",
        "next_observation is the observation before the step: the agent then sees nothing change.",
    )
    ended = (known.terminated | known.truncated)[number]
    expect(
        same["terminated"] or not np.array_equal(batch.terminated.astype(bool), ended),
        "truncated_taken_for_terminated",
        "A transition that was only truncated comes back as terminated. The time limit cut the "
        "episode, but the pole was still up: keep terminated alone.",
    )
    expect(
        same["reward"] or bool(np.any(batch.reward)),
        "reward_lost",
        "The rewards come back as zeros: store them, too.",
    )
    wrong = [name for name, right in same.items() if not right]
    if not wrong:
        return
    mixed = all(
        np.all(np.isin(np.asarray(column, np.float64), getattr(known, name)))
        for name, column in zip(Batch._fields, batch, strict=True)
    )
    raise CheckFailed(
        "rows_mixed" if mixed else "wrong_column",
        Message(
            "The parts of a transition do not belong together. Not what was pushed with the "
            "observation: {wrong}. Store and draw all five with the same row numbers.",
            wrong=", ".join(wrong),
        ),
    )
