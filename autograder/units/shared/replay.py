"""The replay memory: a ring of transitions; the same checks for PyTorch and Keras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.arguments import Arguments
from autograder.units.shared.examples.q_learning import EQUALLY_OFTEN, RING
from autograder.units.shared.fields import fields_of
from autograder.worker.interface import Student, StudentError, StudentObject
from helpers.agents import Transition

#: Transitions in the memory, and draws of one, when it is asked whether all are equally likely.
ENTRIES, BATCH, BATCHES = 27, 6, 500
#: A small memory, and the rows of the pushes that fill it several times.
CAPACITY, PUSHES = 11, (4, 3, 5, 1, 7, 4, 2, 6, 3)
#: Transitions of each batch that is drawn from it.
DRAWN = 3

#: By so much the number that a next observation carries is larger.
NEXT = 1

EMPTY_PLACES = (
    "The batch holds observations that were never pushed. While the memory is not full, draw only "
    "among the rows that are filled."
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

    examples = (EQUALLY_OFTEN, RING)

    def __init__(self, name: str, names: MemoryNames = NAMES, as_tensors: bool = False) -> None:
        """names: what the class and its methods are called. as_tensors: batches hold tensors."""
        super().__init__(name, requires=(names.cls,))
        self.names = names
        self.as_tensors = as_tensors

    @check(points=0, blocking=True)
    def counts_its_transitions(self, student: Student, random: np.random.Generator) -> None:
        self._expect_own_transitions(student, random)
        memory = self.memory(student, capacity=30)
        pushed: list[Transition] = []
        for rows in (1, 6, 5):
            pushed.append(numbered(random, sum(map(_rows, pushed)), rows))
            memory.push(pushed[-1])
            _expect_counted(memory.length(), pushed)

    @check(points=1, blocking=True)
    def gives_back_what_was_pushed(self, student: Student, random: np.random.Generator) -> None:
        memory = self.memory(student, capacity=50)
        known = numbered(random, 0, 12)
        memory.push(_part(known, slice(0, 5)))
        memory.push(_part(known, slice(5, 12)))
        batches = memory.samples(60, batch_size=4)
        self._expect_kind(memory)
        _expect_in_their_rows(batches, pushes=(5, 7))
        _expect_known_rows(_together(batches), known)

    @check(points=1)
    def takes_whole_numbers_and_doubles(
        self, student: Student, random: np.random.Generator
    ) -> None:
        memory = self.memory(student, capacity=9)
        known = numbered(random, 0, 5)
        known = known._replace(
            observation=known.observation.astype(np.float64),
            next_observation=known.next_observation.astype(np.float64),
            reward=np.arange(1, 6),
        )
        arguments = Arguments(student, known)
        memory.push(*arguments.given)
        arguments.expect_unchanged(
            "transition_changed",
            Message(
                "The transition is not the same after {push}: it writes into the arrays that it "
                "was given. Whoever gave them needs them again: copy before you change something.",
                push=self.names.push,
            ),
        )
        batch = _together(memory.samples(20, batch_size=4))
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
        memory = self.memory(student, CAPACITY)
        pushed, history = 0, []
        for number, rows in enumerate(PUSHES, 1):
            memory.push(numbered(random, pushed, rows))
            pushed += rows
            length, right = memory.length(), min(pushed, CAPACITY)
            expect(
                length == right,
                "grows_without_end" if length == pushed else "wrong_length",
                Message(
                    "After pushes of {pushes} transitions a memory for {capacity} should hold "
                    "{right}; yours says {length}. A full memory stays full: each new transition "
                    "takes the place of the oldest.",
                    pushes=", ".join(map(str, PUSHES[:number])),
                    capacity=CAPACITY,
                    right=right,
                    length=length,
                ),
            )
            history.append(memory.numbers(batches=80, batch_size=DRAWN))
        _expect_newest(history)

    @check(points=1)
    def samples_all_equally_often(self, student: Student, random: np.random.Generator) -> None:
        memory = self.memory(student, capacity=40)
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

    def _expect_own_transitions(self, student: Student, random: np.random.Generator) -> None:
        """What one memory gets does not show in another one."""
        capacity = 30
        memory, other = (self.memory(student, capacity) for _ in range(2))
        before = other.length()
        expect(
            before in (0, capacity),  # with the capacity, empty rows are counted: see below
            "shared_between_memories",
            Message(
                "A new memory holds {before} transitions already, which another memory was given: "
                "make what keeps the transitions in __init__, not in the class.",
                before=before,
            ),
        )
        memory.push(numbered(random, 0, 1))
        expect(
            other.length() == before,
            "shared_between_memories",
            Message(
                "There were two memories. A push of one transition into the first one changed the "
                "length of the second one from {before} to {after}: make what keeps the "
                "transitions in __init__, not in the class.",
                before=before,
                after=other.length(),
            ),
        )

    def _expect_kind(self, memory: MemoryObject) -> None:
        """Batches hold what the exercise asks for, tensors or arrays."""
        kind = memory.kind(batch_size=2)
        is_tensor = "Tensor" in kind
        expect(
            is_tensor or not self.as_tensors,
            "arrays_instead_of_tensors",
            Message(
                "The parts of a batch are {kind}s. The network computes with tensors: "
                "torch.as_tensor(array[rows]).",
                kind=kind,
            ),
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
            memory.sample(3)
        except StudentError as error:
            raise CheckFailed(
                "refuses_the_whole_buffer",
                Message(
                    "The memory held 3 transitions, and a batch of 3 was refused ({error}). There "
                    "are just enough: refuse only when *more* are asked for, >, not >=.",
                    error=error,
                ),
            ) from None
        try:
            memory.memory.call(self.names.sample, 4)
        except StudentError:
            return
        raise CheckFailed(
            "samples_too_many",
            "The memory held 3 transitions, and a batch of 4 was asked for without an error. "
            "Raise one (an assert will do): a line that is printed, or a smaller batch, is easily "
            "overlooked.",
        )


def numbered(random: np.random.Generator, first: int, rows: int) -> Transition:
    """Transitions that can be told apart: number `i` has 10 i + 1 in its observation.

    Of every five rows the second is terminated, the third truncated, and the fourth both.
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
        terminated=np.isin(number % 5, (1, 3)),
        truncated=np.isin(number % 5, (2, 3)),
        episode=np.arange(rows),
    )


def _part(transition: Transition, rows: slice) -> Transition:
    return Transition(*(column[rows] for column in transition))


@dataclass(frozen=True)
class MemoryObject:
    """A memory of the student's, and what its answers must look like."""

    memory: StudentObject
    names: MemoryNames

    def push(self, transition: Transition | StudentObject) -> None:
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
        return self._batch(self.memory.call(self.names.sample, batch_size), batch_size)

    def kind(self, batch_size: int) -> str:
        """The class of a batch's observations."""
        student = self.memory.student
        batch = student.call_ref(self._sampler(), batch_size)
        if isinstance(student.fetch(batch), list):
            return student.call_ref(batch.get("__getitem__"), 0).kind
        return student.call_ref(batch.get("__getattribute__"), "observation").kind

    def samples(self, batches: int, batch_size: int) -> list[Batch]:
        """Some batches, one drawn after the other."""
        first = self.sample(batch_size)  # what is no batch may be too large to ask for many
        others = self.memory.call_many([(self.names.sample, (batch_size,))] * (batches - 1))
        return [first, *(self._batch(batch, batch_size) for batch in others)]

    def numbers(self, batches: int, batch_size: int) -> set[int]:
        """The numbers of the transitions that come up in some batches."""
        found: set[int] = set()
        for batch in self.samples(batches, batch_size):
            found |= set(_number_of(batch.observation).tolist())
        return found

    def _sampler(self) -> StudentObject:
        """The method itself."""
        sampler = self.memory.get(self.names.sample)
        assert isinstance(sampler, StudentObject)
        return sampler

    def _batch(self, batch: Any, rows: int) -> Batch:
        batch = fields_of(batch, Batch._fields)
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
        _expect_shapes(Batch(*batch), rows)  # before anything is compared
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


def _together(batches: list[Batch]) -> Batch:
    """All rows in one batch, so that no mistake looks like another in a few of them."""
    return Batch(*map(np.concatenate, zip(*batches, strict=True)))


def _rows(transition: Transition) -> int:
    return len(transition.action)


def _expect_counted(length: int, pushed: list[Transition]) -> None:
    """The memory says how many transitions were pushed."""
    right = sum(map(_rows, pushed))
    going_on = sum(int(np.sum(~transition.truncated)) for transition in pushed)
    running = sum(
        int(np.sum(~(transition.truncated | transition.terminated))) for transition in pushed
    )
    if length == right:
        return
    for count, what in ((going_on, "truncated"), (running, "ended")):
        expect(
            length != count,
            f"{what}_left_out",
            Message(
                "Of {right} transitions the memory keeps {count}: those that were {what} are "
                "missing. They are transitions like the others; what is not stored is the *field* "
                "truncated.",
                right=right,
                count=count,
                what=what,
            ),
        )
    expect(
        length != len(pushed),
        "counts_pushes",
        Message(
            "After {pushes} pushes of {right} transitions len(memory) is {length}. One push brings "
            "several rows, one for each cart pole: count them all.",
            pushes=len(pushed),
            right=right,
            length=length,
        ),
    )
    raise CheckFailed(
        "wrong_length",
        Message(
            "After {right} transitions in pushes of {rows} rows len(memory) is {length}, not "
            "{right}. Each push adds its own number of rows, len(transition.action): no fixed "
            "number, and no rows that were never written.",
            right=right,
            rows=", ".join(str(_rows(transition)) for transition in pushed),
            length=length,
        ),
    )


def _expect_in_their_rows(batches: list[Batch], pushes: tuple[int, int]) -> None:
    """The second push stands behind the first one, and what is drawn was pushed."""
    for batch in batches:
        _expect_not_swapped(batch)
    first, all_of_them = set(range(pushes[0])), set(range(sum(pushes)))
    found = set(np.concatenate([_number_of(batch.observation) for batch in batches]).tolist())
    expect(
        found != all_of_them - first,
        "overwritten_too_early",
        "After two pushes only what the second one brought is there, although there is room: the "
        "second push must go on behind the first.",
    )
    missing = sorted(all_of_them - found)
    expect(
        not (missing and -1 in found and len(found) > 1),
        "written_elsewhere",
        Message(
            "Of {count} transitions the numbers {missing} never come up, but rows that were never "
            "written do. They were written elsewhere, or others were written over them: write the "
            "n rows of a push from self.position on, and move position by n afterwards.",
            count=sum(pushes),
            missing=missing,
        ),
    )


def _expect_newest(history: list[set[int]]) -> None:
    """history: the transitions that a memory for CAPACITY gives out, after each of the PUSHES."""
    totals = np.cumsum(PUSHES).tolist()
    for turn, (held, pushed) in enumerate(zip(history, totals, strict=True)):
        newest = set(range(max(pushed - CAPACITY, 0), pushed))
        if held == newest:
            continue
        seen = Message(
            "Of the transitions 0 to {last} a memory for {capacity} should hold {newest}; yours "
            "gives out {held}.",
            last=pushed - 1,
            capacity=CAPACITY,
            newest=sorted(newest),
            held=sorted(held),
        )
        stands_still = all(later == history[-1] for later in history[turn:])
        only_newest = all(
            later == set(range(total - DRAWN, total))
            for later, total in zip(history, totals, strict=True)
        )
        expect(
            not only_newest,
            "always_the_newest",
            Message.joined(
                seen,
                "Each batch holds the newest transitions. Draw the rows at random from all that "
                "the memory holds.",
            ),
        )
        mistake, hint = _why_not_the_newest(held, newest, stands_still)
        raise CheckFailed(mistake, Message.joined(seen, hint))


def _why_not_the_newest(held: set[int], newest: set[int], stands_still: bool) -> tuple[str, str]:
    """The mistake's name and what to do. stands_still: later pushes change nothing."""
    pushed = max(newest) + 1
    # The row of a transition is its number, counted round the ring.
    below = {number for number in newest if number % CAPACITY < pushed % CAPACITY}
    without_last = {number for number in newest if number % CAPACITY != len(newest) - 1}
    if held == below:
        return (
            "drawn_below_the_position",
            "Only rows below self.position are drawn. When the ring has gone round, the rows "
            "behind it are filled as well: draw below self.size.",
        )
    if held == without_last:
        return (
            "last_row_never_sampled",
            "The last of the filled rows is never drawn. Draw from all of them: the end of randint "
            "or range does not count, so it is self.size, and no remainder of a division may be "
            "left out.",
        )
    if -1 in held:
        return (
            "samples_empty_places",
            "Rows that were never written come up (-1). Either they are drawn although they are "
            "empty, or push leaves them out: at the end it should go on with row 0, also in the "
            "middle of a push.",
        )
    if stands_still:
        return (
            "keeps_the_oldest",
            "A full memory must go on: the newest takes the place of the oldest.",
        )
    if pushed <= CAPACITY:
        return (
            "some_never_sampled",
            "Nothing may be forgotten yet: there is room for all. If all are stored, sample leaves "
            "some out: draw from all filled rows, the first (0) and the last (size - 1) included.",
        )
    return (
        "forgets_the_wrong_ones",
        "When the end is reached, the next row is the first again, also in the middle of a push: "
        "count the rows modulo the capacity.",
    )


def _expect_not_swapped(batch: Batch) -> None:
    expect(
        not np.all(_number_of(batch.observation - NEXT) >= 0),
        "observations_swapped",
        "The observation is the one after the step: that one belongs in next_observation.",
    )


def _expect_known_rows(batch: Batch, known: Transition) -> None:
    """Every row is one of the transitions pushed, with all its parts."""
    number = _number_of(batch.observation)
    _expect_not_swapped(batch)
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
    if not same["terminated"]:
        _name_the_ends(batch.terminated.astype(bool), known, number)
    if not same["reward"]:
        _name_the_rewards(np.asarray(batch.reward, dtype=np.float64), known.reward[number])
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


def _name_the_ends(ends: np.ndarray, known: Transition, number: np.ndarray) -> None:
    """ends: the batch's `terminated` column. Raises CheckFailed for a known mistake."""
    terminated, truncated = known.terminated[number], known.truncated[number]
    for values, mistake, message in (
        (
            terminated | truncated,
            "truncated_taken_for_terminated",
            "A transition that was only truncated comes back as terminated. The time limit cut the "
            "episode, but the pole was still up: keep terminated alone.",
        ),
        (
            truncated,
            "truncated_instead_of_terminated",
            "terminated holds the field truncated: keep terminated.",
        ),
        (
            ~terminated,
            "terminated_inverted",
            "terminated comes back as its opposite: true where the episode went on. Store it as it "
            "comes (no ~, no not, no 1 - terminated).",
        ),
        (
            terminated & ~truncated,
            "both_ends_lost",
            "A transition that was terminated *and* truncated comes back as not terminated: the "
            "pole fell in the last step. Store terminated as it comes.",
        ),
    ):
        expect(not np.array_equal(ends, values), mistake, message)


def _name_the_rewards(rewards: np.ndarray, right: np.ndarray) -> None:
    """Raises CheckFailed for a known mistake with the rewards."""
    for values, mistake, message in (
        (np.zeros_like(rewards), "reward_lost", "The rewards come back as zeros: store them, too."),
        (
            np.clip(right, -1, 1),
            "rewards_clipped",
            "The rewards come back cut to the range from -1 to 1. Store them as they come.",
        ),
        (
            np.floor(right),
            "rewards_cut",
            "The rewards have lost their fractions. Store them in an array of floats.",
        ),
    ):
        expect(not np.allclose(rewards, values), mistake, message)
