"""The replay memory: a ring of transitions; asked of PyTorch and Keras units alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import Task
from autograder.worker.interface import Student, StudentError, StudentObject
from helpers.agents import Transition

#: Transitions in the memory, and draws of one, when it is asked whether all are equally likely.
ENTRIES, BATCH, BATCHES = 20, 10, 300

#: By so much the number that a next observation carries is larger.
NEXT = 1

EMPTY_PLACES = (
    "The batch holds observations that were never pushed. While the memory is not full, draw only "
    "among the places that are filled."
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


def replay_memory_task(unit: str, names: MemoryNames = NAMES) -> Task:
    """The task `<unit>/memory`: a class that remembers the last transitions."""
    task = Task(f"{unit}/memory", requires=(names.cls,))

    @task.check("counts_its_transitions", points=0, blocking=True)
    def counts_its_transitions(student: Student, random: np.random.Generator) -> None:
        memory = _Memory(student, names, capacity=9)
        pushed = 0
        for rows in (1, 3, 2):
            memory.push(numbered(random, pushed, rows))
            pushed += rows
            expect(
                memory.length() == pushed,
                "wrong_length",
                f"After {pushed} transitions len(memory) is {memory.length()}. One push may bring "
                "several rows, one for each cart pole: count them all.",
            )

    @task.check("gives_back_what_was_pushed", points=1, blocking=True)
    def gives_back_what_was_pushed(student: Student, random: np.random.Generator) -> None:
        memory = _Memory(student, names, capacity=50)
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

    @task.check("takes_whole_numbers_and_doubles", points=0)
    def takes_whole_numbers_and_doubles(student: Student, random: np.random.Generator) -> None:
        memory = _Memory(student, names, capacity=9)
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
            f"The actions come back as {batch.action.dtype}. They number the columns of the "
            "Q-values and must be whole.",
        )

    @task.check("forgets_the_oldest", points=1)
    def forgets_the_oldest(student: Student, random: np.random.Generator) -> None:
        memory = _Memory(student, names, capacity=5)
        pushed = 0
        for rows in (3, 3, 1, 4, 2):
            memory.push(numbered(random, pushed, rows))
            pushed += rows
        length = memory.length()
        expect(
            length == 5,
            "grows_without_end" if length == pushed else "wrong_length",
            f"After {pushed} transitions a memory for 5 should hold 5; yours says {length}.",
        )
        kept = _numbers(memory, batches=60, batch_size=5)
        newest = set(range(pushed - 5, pushed))
        if kept == newest:
            return
        said = (
            f"Of the transitions 0 to {pushed - 1} a memory for 5 should hold {sorted(newest)}; "
            f"yours holds {sorted(kept)}. "
        )
        if kept <= set(range(5)):
            raise CheckFailed(
                "keeps_the_oldest",
                said + "A full memory must go on: the newest takes the place of the oldest.",
            )
        raise CheckFailed(
            "forgets_the_wrong_ones",
            said + "When the end is reached, the next place is the first again, also in the midst "
            "of a push: count the places modulo the capacity.",
        )

    @task.check("samples_all_equally_often", points=1)
    def samples_all_equally_often(student: Student, random: np.random.Generator) -> None:
        memory = _Memory(student, names, capacity=2 * ENTRIES)
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
        never = np.flatnonzero(counts == 0)
        if len(never):
            raise CheckFailed(
                "some_never_sampled",
                f"Of {ENTRIES} transitions the numbers {never.tolist()} were never drawn in "
                f"{BATCHES} batches of {BATCH}. Draw from all that are there, the first and the "
                "last included.",
            )
        expect(
            not all(map(_is_run, drawn)),
            "neighbours",
            "Each batch holds transitions that followed each other. They are much alike: the point "
            "of the memory is to mix them. Draw each one by chance.",
        )
        expected = BATCH * BATCHES / ENTRIES
        tolerance = 6 * np.sqrt(expected)
        expect(
            bool(np.all(np.abs(counts - expected) < tolerance)),
            "not_uniform",
            f"In {BATCH * BATCHES} draws each of {ENTRIES} transitions should come up about "
            f"{expected:.0f} times; yours between {counts.min()} and {counts.max()}.",
        )

    @task.check("keeps_copies", points=1)
    def keeps_copies(student: Student, random: np.random.Generator) -> None:
        memory = _Memory(student, names, capacity=9)
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
            "references. Whoever pushes may use the arrays again; keep copies.",
        )

    return task


def add_too_few_check(task: Task, names: MemoryNames = NAMES) -> None:
    """The rule that a memory refuses to sample more transitions than it holds."""

    @task.check("refuses_to_sample_too_many", points=1)
    def refuses_to_sample_too_many(student: Student, random: np.random.Generator) -> None:
        memory = _Memory(student, names, capacity=9)
        memory.push(numbered(random, 0, 3))
        try:
            memory.sample(4)
        except StudentError:
            return
        raise CheckFailed(
            "samples_too_many",
            "The memory held 3 transitions, and a batch of 4 was sampled. Raise an error instead "
            "(an assert will do): whoever asks too early should learn of it.",
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


class _Memory:
    """The student's memory, and what its answers must look like."""

    def __init__(self, student: Student, names: MemoryNames, capacity: int) -> None:
        made = student.call(names.cls, capacity)
        if not isinstance(made, StudentObject):
            raise CheckFailed("no_memory", f"{names.cls}(capacity) should make a memory.")
        self.memory = made
        self.names = names

    def push(self, transition: Transition) -> None:
        self.memory.call(self.names.push, transition)

    def length(self) -> int:
        length = np.asarray(self.memory.call("__len__"))
        if length.shape != () or length.dtype.kind not in "iu":
            raise CheckFailed("wrong_length", "len(memory) should be a whole number.")
        return int(length)

    def sample(self, batch_size: int) -> Batch:
        return self._batch(self.memory.call(self.names.sample, batch_size))

    def samples(self, batches: int, batch_size: int) -> list[Batch]:
        """Some batches, one drawn after the other."""
        first = self.sample(batch_size)  # what is no batch may be too large to ask for many
        others = self.memory.call_many([(self.names.sample, (batch_size,))] * (batches - 1))
        return [first, *map(self._batch, others)]

    def _batch(self, batch: Any) -> Batch:
        if (
            not isinstance(batch, list)
            or len(batch) != len(Batch._fields)
            or any(not isinstance(column, np.ndarray) for column in batch)
        ):
            raise CheckFailed(
                "not_five_columns",
                f"{self.names.sample} should give five arrays or tensors, in this order: "
                f"{', '.join(Batch._fields)}.",
            )
        return Batch(*batch)


def _expect_shapes(batch: Batch, rows: int) -> None:
    for name, column in zip(Batch._fields, batch, strict=True):
        shape = (rows, 4) if name.endswith("observation") else (rows,)
        expect(
            column.shape == shape,
            "wrong_shape",
            f"In a batch of {rows} the column {name} should have the shape {shape}, yours has "
            f"{column.shape}.",
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


def _numbers(memory: _Memory, batches: int, batch_size: int) -> set[int]:
    found: set[int] = set()
    for batch in memory.samples(batches, batch_size):
        found |= set(_number_of(batch.observation).tolist())
    return found


def _expect_known_rows(batch: Batch, known: Transition) -> None:
    """Every row is one of the transitions pushed, with all its parts."""
    number = _number_of(batch.observation)
    expect(
        not np.all(_number_of(batch.observation - NEXT) >= 0),
        "observations_swapped",
        "The observation is the one seen after the step: that belongs into next_observation.",
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
        f"The parts of a transition do not belong together: {', '.join(wrong)} "
        f"{'is' if len(wrong) == 1 else 'are'} not what was pushed with the observation. Store and "
        "draw all five with the same row numbers.",
    )
