"""The replay memory: a ring of transitions, and the many ways to get one wrong."""

from collections import deque
from dataclasses import FrozenInstanceError, dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch

from autograder.checks.judge import judge
from autograder.units.shared.replay import (
    BATCH,
    BATCHES,
    ENTRIES,
    Batch,
    MemoryNames,
    ReplayMemoryTask,
    StrictReplayMemoryTask,
    numbered,
)
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import message, mistakes

SEEDS = (0, 1)
COUNTS = "counts_its_transitions"
GIVES = "gives_back_what_was_pushed"
TAKES = "takes_whole_numbers_and_doubles"
FORGETS = "forgets_the_oldest"
DRAWS = "samples_all_equally_often"
REFUSES = "refuses_to_sample_too_many"


class Memory:
    """A ring: the columns as arrays, the place of the next transition, and how many there are."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.columns = Batch(
            observation=np.zeros((capacity, 4), np.float32),
            action=np.zeros(capacity, np.int64),
            reward=np.zeros(capacity, np.float32),
            next_observation=np.zeros((capacity, 4), np.float32),
            terminated=np.zeros(capacity, bool),
        )
        self.position = 0
        self.size = 0

    def __len__(self):
        return self.size

    def push(self, transition):
        n = len(transition.action)
        rows = (self.position + np.arange(n)) % self.capacity
        for column, values in zip(self.columns, self.stored(transition), strict=True):
            column[rows] = values
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def stored(self, transition):
        return transition[:5]

    def sample(self, batch_size):
        rows = self.draw(batch_size)
        return self.given(Batch(*(column[rows] for column in self.columns)))

    def draw(self, batch_size):
        return np.random.randint(self.size, size=batch_size)

    def given(self, batch):
        return batch


@dataclass
class BatchOfADataclass:
    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class GivesAnObject(Memory):
    def given(self, batch):
        return BatchOfADataclass(*batch)


class GivesTensors(Memory):
    def given(self, batch):
        return tuple(map(torch.as_tensor, batch))


class GivesAList(Memory):
    def given(self, batch):
        return list(batch)


class GivesEndsAsNumbers(Memory):
    def given(self, batch):
        return batch._replace(terminated=batch.terminated.astype(np.float32))


class GivesSmallWholeActions(Memory):
    def given(self, batch):
        return batch._replace(action=batch.action.astype(np.uint8))


class DrawsWithoutReplacement(Memory):
    def draw(self, batch_size):
        return np.random.choice(self.size, batch_size, replace=False)


class RefusesTooMany(Memory):
    def sample(self, batch_size):
        assert batch_size <= len(self)
        return super().sample(batch_size)


class Deque(Memory):
    """The same as a queue of rows."""

    def __init__(self, capacity):
        self.rows = deque(maxlen=capacity)

    def __len__(self):
        return len(self.rows)

    def push(self, transition):
        self.rows.extend(zip(*(column.copy() for column in transition[:5]), strict=True))

    def sample(self, batch_size):
        drawn = [self.rows[row] for row in np.random.randint(len(self), size=batch_size)]
        return [np.stack(column) for column in zip(*drawn, strict=True)]


class KeepsReferences(Deque):
    def push(self, transition):
        self.rows.extend(zip(*transition[:5], strict=True))


class KeepsReferencesOfObservationsOnly(KeepsReferences):
    def push(self, transition):
        copied = transition.next_observation.copy()
        super().push(transition._replace(next_observation=copied))


class KeepsReferencesOfNextObservationsOnly(KeepsReferences):
    def push(self, transition):
        super().push(transition._replace(observation=transition.observation.copy()))


class CountsPushes(Memory):
    def push(self, transition):
        before = self.size
        super().push(transition)
        self.size = before + 1


class CountsPlaces(Memory):
    def __len__(self):
        return self.capacity


class CountsTheFirstPushesOnly(Memory):
    def __len__(self):
        return min(self.size, 4)


class SharesItsPlaces(Memory):
    """All memories of the class keep their transitions in one list."""

    kept: ClassVar[list[int]] = []

    def push(self, transition):
        super().push(transition)
        self.kept.extend(transition.action.tolist())

    def __len__(self):
        return len(self.kept)


class SharesAListThatIsFull(SharesItsPlaces):
    """The same list, filled by another memory: each push removes as many as it brings."""

    kept: ClassVar[list[int]] = [0] * 64

    def push(self, transition):
        super().push(transition)
        del self.kept[:-64]


class DrawsTheNewest(Memory):
    def draw(self, batch_size):
        newest = (self.position - 1 - np.arange(batch_size)) % self.capacity
        return newest if self.capacity == 11 else super().draw(batch_size)


class NeverDrawsTheFirstRow(Memory):
    def draw(self, batch_size):
        rows = np.random.randint(1, self.size, size=batch_size)
        return rows if self.capacity == 11 else super().draw(batch_size)


class CountsInFractions(Memory):
    def __len__(self):
        return float(self.size)


class GivesFourColumns(Memory):
    def given(self, batch):
        return batch[:4]


class GivesSixColumns(Memory):
    def given(self, batch):
        return (*batch, batch.terminated)


class GivesAMap(Memory):
    def given(self, batch):
        return batch._asdict()


class GivesLists(Memory):
    def given(self, batch):
        return [column.tolist() for column in batch]


class GivesOneList(Memory):
    def given(self, batch):
        return batch._replace(reward=batch.reward.tolist())


class GivesActionsAsAColumn(Memory):
    def given(self, batch):
        return batch._replace(action=batch.action[:, None])


class GivesNarrowObservations(Memory):
    def given(self, batch):
        return batch._replace(next_observation=batch.next_observation[:, :3])


class GivesOneTooMany(Memory):
    def draw(self, batch_size):
        return super().draw(batch_size + 1)


class NeverMovesOn(Memory):
    def push(self, transition):
        super().push(transition)
        self.position = 0


class DrawsFromThePlaces(Memory):
    def draw(self, batch_size):
        return np.random.randint(self.capacity, size=batch_size)


class TakesTheNextObservationTwice(Memory):
    def stored(self, transition):
        return transition._replace(next_observation=transition.observation)[:5]


class TakesTruncationForTheEnd(Memory):
    def stored(self, transition):
        return transition._replace(terminated=transition.terminated | transition.truncated)[:5]


class LosesRewards(Memory):
    def stored(self, transition):
        return transition._replace(reward=0)[:5]


class CutsRewards(Memory):
    def stored(self, transition):
        return transition._replace(reward=np.floor(transition.reward) + 1)[:5]


class CutsRewardsAndNegatesActions(CutsRewards):
    def stored(self, transition):
        return super().stored(transition._replace(action=-1 - transition.action))


class BlursObservations(Memory):
    def given(self, batch):
        batch.observation[:, 3] = 0
        return batch


class NegatesTermination(Memory):
    def stored(self, transition):
        return transition._replace(terminated=~transition.terminated)[:5]


class DrawsEachColumn(Memory):
    def sample(self, batch_size):
        return Batch(*(column[self.draw(batch_size)] for column in self.columns))


class GivesActionsAsFloats(Memory):
    def given(self, batch):
        return batch._replace(action=batch.action.astype(np.float32))


class TakesSinglePrecisionOnly(Memory):
    def push(self, transition):
        assert transition.observation.dtype == np.float32
        super().push(transition)


class CutsWhatIsDouble(Memory):
    def stored(self, transition):
        if transition.observation.dtype == np.float64:
            transition = transition._replace(observation=np.trunc(transition.observation))
        return transition[:5]


class GrowsWithoutEnd(Memory):
    def __init__(self, capacity):
        super().__init__(10 * capacity)


class HasOnePlaceTooMany(Memory):
    def __init__(self, capacity):
        super().__init__(capacity + 1)


class HasOnePlaceTooFew(Memory):
    def __init__(self, capacity):
        super().__init__(capacity - 1)


class CountsTooManyWhenFull(Memory):
    def __len__(self):
        return self.size if self.size < self.capacity else 100


class KeepsTheOldest(Memory):
    def push(self, transition):
        room = self.capacity - self.size
        super().push(type(transition)(*(column[:room] for column in transition)))


class BeginsAgainWithEachPushTooLarge(Memory):
    def push(self, transition):
        if self.position + len(transition.action) > self.capacity:
            self.position = 0
        super().push(transition)


class DrawsTheFirstOfManyOnly(Memory):
    def draw(self, batch_size):
        return np.random.randint(min(self.size, 18), size=batch_size)


class DrawsEmptyPlacesAmongMany(Memory):
    def draw(self, batch_size):
        return np.random.randint(self.size + (self.size == 20), size=batch_size)


class InventsManyTransitions(Memory):
    further = 210

    def given(self, batch):
        if self.size == 20:
            batch.observation[:, 0] += self.further
        return batch


class InventsOneOfMany(InventsManyTransitions):
    further = 10


class DrawsNeighbours(Memory):
    def draw(self, batch_size):
        return np.random.randint(self.size - batch_size + 1) + np.random.permutation(batch_size)


class PrefersTheOldest(Memory):
    def draw(self, batch_size):
        return (np.random.rand(batch_size) ** 2 * self.size).astype(int)


def asked(memory, seed=0, framework=None, names=None, too_few=False):
    names = names or MemoryNames()
    task = (StrictReplayMemoryTask if too_few else ReplayMemoryTask)("test/memory", names)
    return judge(task, LocalStudent({names.cls: memory}, framework), seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "memory",
    [
        Memory,
        GivesAList,
        GivesAnObject,
        GivesEndsAsNumbers,
        GivesSmallWholeActions,
        DrawsWithoutReplacement,
        RefusesTooMany,
        Deque,
    ],
)
def test_a_right_memory_earns_all_points(memory, seed):
    result = asked(memory, seed)

    assert mistakes(result) == {}
    assert result.points == result.max_points == 4


def test_columns_may_be_tensors():
    assert mistakes(asked(GivesTensors, framework="torch")) == {}


def test_everything_but_counting_and_kinds_of_numbers_gives_a_point():
    task = StrictReplayMemoryTask("test/memory")
    points = {check.name: check.points for check in task.checks}

    assert points == {COUNTS: 0, GIVES: 1, TAKES: 1, FORGETS: 1, DRAWS: 1, REFUSES: 1}


def test_the_task_is_named_after_its_unit_and_needs_the_memory():
    task = ReplayMemoryTask("test/memory", MemoryNames(cls="Ring"))

    assert task.name == "test/memory"
    assert task.requires == ("Ring",)


def test_the_usual_names_are_the_same_for_all_units():
    names = MemoryNames()

    assert names == MemoryNames(cls="ReplayMemory", push="push", sample="sample")
    with pytest.raises(FrozenInstanceError):
        names.push = "add"


def test_a_unit_chooses_the_names():
    class Ring:
        def __init__(self, capacity):
            self.memory = RefusesTooMany(capacity)
            self.add, self.draw = self.memory.push, self.memory.sample

        def __len__(self):
            return len(self.memory)

    names = MemoryNames(cls="Ring", push="add", sample="draw")

    assert mistakes(asked(Ring, names=names, too_few=True)) == {}


@pytest.mark.parametrize(
    ("memory", "check", "mistake", "says"),
    [
        (lambda capacity: None, COUNTS, "no_memory", "ReplayMemory(capacity)"),
        (CountsPushes, COUNTS, "counts_pushes", "After 2 pushes of 7 transitions"),
        (CountsPlaces, COUNTS, "wrong_length", "in pushes of 1 rows len(memory) is 30, not 1"),
        (SharesItsPlaces, COUNTS, "shared_between_memories", "not in the class"),
        (SharesAListThatIsFull, COUNTS, "shared_between_memories", "holds 64 transitions"),
        (CountsInFractions, COUNTS, "wrong_length", "a whole number"),
        (GivesFourColumns, GIVES, "not_five_columns", "sample should give five"),
        (GivesSixColumns, GIVES, "not_five_columns", "sample should give five"),
        (GivesAMap, GIVES, "not_five_columns", "reward, next_observation, terminated"),
        (GivesLists, GIVES, "not_five_columns", "arrays or tensors"),
        (GivesOneList, GIVES, "not_five_columns", "arrays or tensors"),
        (GivesActionsAsAColumn, GIVES, "wrong_shape", "action should have the shape (4,)"),
        (GivesNarrowObservations, GIVES, "wrong_shape", "next_observation should have the shape"),
        (GivesOneTooMany, GIVES, "wrong_shape", "shape (4, 4), yours has (5, 4)"),
        (NeverMovesOn, GIVES, "written_elsewhere", "move position by n afterwards"),
        (DrawsFromThePlaces, GIVES, "samples_empty_places", "never pushed"),
        (TakesTheNextObservationTwice, GIVES, "next_observation_lost", "before the step"),
        (TakesTruncationForTheEnd, GIVES, "truncated_taken_for_terminated", "time limit"),
        (LosesRewards, GIVES, "reward_lost", "zeros"),
        (DrawsEachColumn, GIVES, "rows_mixed", "same row numbers"),
        (CutsRewards, GIVES, "wrong_column", "the observation: reward."),
        (CutsRewardsAndNegatesActions, GIVES, "wrong_column", "the observation: action, reward."),
        (BlursObservations, GIVES, "wrong_column", "the observation: observation."),
        (NegatesTermination, GIVES, "terminated_inverted", "opposite"),
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_memory_that_keeps_something_else_is_asked_no_more(memory, check, mistake, says, seed):
    result = asked(memory, seed)
    names = [found.check for found in result.checks]
    place = names.index(check)

    assert all(found.passed for found in result.checks[:place])
    assert result.checks[place].mistake == mistake
    assert says in message(result, check)
    assert {found.mistake for found in result.checks[place + 1 :]} == {"not_reached"}
    assert result.points == 0


@pytest.mark.parametrize(
    ("memory", "check", "mistake", "says"),
    [
        (GivesActionsAsFloats, TAKES, "actions_not_whole", "come back as float32"),
        (TakesSinglePrecisionOnly, TAKES, "raises_an_error", "AssertionError"),
        (CutsWhatIsDouble, TAKES, "wrong_column", "the observation: observation."),
        (DrawsTheNewest, FORGETS, "always_the_newest", "at random"),
        (NeverDrawsTheFirstRow, FORGETS, "some_never_sampled", "the first (0)"),
        (KeepsTheOldest, FORGETS, "keeps_the_oldest", "must go on"),
        (BeginsAgainWithEachPushTooLarge, FORGETS, "samples_empty_places", "should hold"),
        (DrawsNeighbours, DRAWS, "neighbours", "followed each other"),
        (PrefersTheOldest, DRAWS, "not_uniform", "In 3000 draws each of 27"),
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_single_mistake_fails_its_own_check_alone(memory, check, mistake, says, seed):
    result = asked(memory, seed)

    assert mistakes(result) == {check: mistake}
    assert says in message(result, check)
    assert result.points == 3


class DrawsToOrder(Memory):
    """Draws the transitions of one push as often as told, in a random order."""

    counts = np.full(ENTRIES, BATCH * BATCHES // ENTRIES)

    def __init__(self, capacity):
        super().__init__(capacity)
        self.order = iter(np.random.permutation(np.repeat(np.arange(ENTRIES), self.counts)))

    def draw(self, batch_size):
        if self.size < ENTRIES:
            return super().draw(batch_size)
        return np.array([next(self.order) for _ in range(batch_size)])


@pytest.mark.parametrize(("difference", "mistake"), [(55, None), (75, "not_uniform")])
def test_a_transition_may_come_up_somewhat_too_often(difference, mistake):
    mean = BATCH * BATCHES / ENTRIES
    counts = np.full(ENTRIES, int(mean) + 1)
    counts[0] += difference
    memory = type("DrawsOffBy", (DrawsToOrder,), {"counts": counts})

    assert mistakes(asked(memory)).get(DRAWS) == mistake


def memory_that_draws_only(numbers, pushed):
    """A memory that forgets nothing; after so many pushes all its batches hold these numbers."""

    class DrawsOnlyThese(Memory):
        def __init__(self, capacity):
            super().__init__(100)
            self.claimed = capacity
            self.pushes = 0

        def __len__(self):
            return min(self.size, self.claimed)

        def push(self, transition):
            super().push(transition)
            self.pushes += 1

        def draw(self, batch_size):
            if self.pushes != pushed:
                oldest = max(self.size - self.claimed, 0)
                return np.random.randint(oldest, self.size, size=batch_size)
            return np.resize(np.random.permutation(numbers), batch_size)

    return DrawsOnlyThese


@pytest.mark.parametrize(
    ("numbers", "mistake"),
    [
        ([5, 6, 7, 8, 9, 10, 11], "overwritten_too_early"),
        ([4, 5, 6, 7, 8, 9, 10, 11], None),
    ],
)
def test_only_the_whole_second_push_and_nothing_else_looks_overwritten(numbers, mistake):
    result = asked(memory_that_draws_only(numbers, pushed=2))

    assert mistakes(result).get(GIVES) == mistake


@pytest.mark.parametrize(
    ("numbers", "mistake"),
    [
        (list(range(2, 13)), None),
        (list(range(3, 13)), "forgets_the_wrong_ones"),
        (list(range(1, 13)), "forgets_the_wrong_ones"),
        ([11, 12], "drawn_below_the_position"),
        ([2, 3, 4, 5, 6, 7, 8, 9, 11, 12], "last_row_never_sampled"),
        ([-1, *range(2, 13)], "samples_empty_places"),
    ],
)
def test_after_each_push_exactly_the_newest_are_left(numbers, mistake):
    """After four pushes 13 transitions have come in, and the ring of 11 has gone round once."""
    result = asked(memory_that_draws_only(numbers, pushed=4))

    assert mistakes(result).get(FORGETS) == mistake
    if mistake is not None:
        assert "should hold [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]" in message(result, FORGETS)


@pytest.mark.parametrize("value", [0, 3, 4, -6.5, -9, 131, 141, float("nan")])
def test_an_observation_that_was_never_pushed_comes_from_an_empty_place(value):
    class GivesStrangeObservations(Memory):
        def given(self, batch):
            batch.observation[:, 0] = value
            return batch

    result = asked(GivesStrangeObservations)

    assert mistakes(result)[GIVES] == "samples_empty_places"


def test_an_observation_from_after_the_step_is_named():
    class GivesWhatCameNext(Memory):
        def given(self, batch):
            return batch._replace(observation=batch.next_observation)

    assert mistakes(asked(GivesWhatCameNext))[GIVES] == "observations_swapped"


def test_neighbours_are_found_across_the_end_of_the_ring():
    class DrawsNeighbours(Memory):
        def draw(self, batch_size):
            return (np.random.randint(self.size) + np.arange(batch_size)) % self.size

    assert "neighbours" in mistakes(asked(DrawsNeighbours)).values()


def test_a_length_may_be_a_whole_number_of_numpy():
    class CountsWithNumPy(Memory):
        def __len__(self):
            return np.int64(self.size)

    assert mistakes(asked(CountsWithNumPy)) == {}


def test_neighbours_now_and_then_are_no_mistake():
    class DrawsNeighboursAtFirst(Memory):
        drawn = 0

        def draw(self, batch_size):
            self.drawn += self.size == ENTRIES
            if 0 < self.drawn < 10:
                return np.arange(batch_size) + self.drawn
            return super().draw(batch_size)

    assert mistakes(asked(DrawsNeighboursAtFirst)) == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_memory_may_be_required_to_refuse_a_batch_larger_than_itself(seed):
    right, wrong = (asked(memory, seed, too_few=True) for memory in (RefusesTooMany, Memory))

    assert mistakes(right) == {}
    assert right.points == right.max_points == 5
    assert mistakes(wrong) == {REFUSES: "samples_too_many"}
    assert "held 3 transitions, and a batch of 4" in message(wrong, REFUSES)
    assert wrong.points == 4


def test_a_single_transition_too_many_is_refused():
    class RefusesFarTooManyOnly(Memory):
        def sample(self, batch_size):
            assert batch_size <= len(self) + 1
            return super().sample(batch_size)

    result = asked(RefusesFarTooManyOnly, too_few=True)

    assert mistakes(result) == {REFUSES: "samples_too_many"}


def test_a_memory_must_give_all_that_it_holds_before_it_refuses():
    class RefusesItsLast(Memory):
        def sample(self, batch_size):
            assert batch_size < len(self)
            return super().sample(batch_size)

    result = asked(RefusesItsLast, too_few=True)

    assert mistakes(result)[REFUSES] == "refuses_the_whole_buffer"


@pytest.mark.parametrize(
    ("column", "change", "mistake"),
    [
        ("terminated", lambda known: known.terminated & ~known.truncated, "both_ends_lost"),
        ("terminated", lambda known: known.truncated, "truncated_instead_of_terminated"),
        ("reward", lambda known: np.clip(known.reward, -1, 1), "rewards_clipped"),
        ("reward", lambda known: np.floor(known.reward), "rewards_cut"),
    ],
)
def test_what_was_done_to_a_column_is_named(column, change, mistake):
    class Changes(Memory):
        def push(self, transition):
            super().push(transition._replace(**{column: change(transition)}))

    assert mistakes(asked(Changes))[GIVES] == mistake


@pytest.mark.parametrize(
    ("left_out", "mistake"),
    [
        (lambda known: known.truncated, "truncated_left_out"),
        (lambda known: known.truncated | known.terminated, "ended_left_out"),
    ],
)
def test_transitions_that_were_left_out_are_told(left_out, mistake):
    class LeavesOut(Memory):
        def push(self, transition):
            rows = ~left_out(transition)
            super().push(type(transition)(*(column[rows] for column in transition)))

    assert mistakes(asked(LeavesOut))[COUNTS] == mistake


def test_transitions_are_told_apart_by_their_numbers():
    transition = numbered(np.random.default_rng(1), 4, 5)

    assert transition.observation[:, 0].tolist() == [41, 51, 61, 71, 81]
    assert transition.next_observation[:, 0].tolist() == [42, 52, 62, 72, 82]
    assert transition.reward.tolist() == [4.5, 5.5, 6.5, 7.5, 8.5]
    assert transition.action.tolist() == [0, 1, 0, 1, 0]
    assert transition.terminated.tolist() == [False, False, True, False, True]
    assert transition.truncated.tolist() == [False, False, False, True, True]
    assert transition.episode.tolist() == [0, 1, 2, 3, 4]


def test_numbered_transitions_look_like_those_of_the_environment():
    transition = numbered(np.random.default_rng(1), 0, 3)
    kinds = [str(column.dtype) for column in transition]

    assert transition.observation.shape == transition.next_observation.shape == (3, 4)
    assert kinds == ["float32", "int64", "float32", "float32", "bool", "bool", "int64"]
    assert not np.any(transition.observation == transition.next_observation)


class ClearsWhatItGot(Memory):
    def push(self, transition):
        super().push(transition)
        transition.reward[:] = 0


def test_what_is_pushed_must_come_back_as_it_was():
    result = asked(ClearsWhatItGot)

    assert mistakes(result) == {TAKES: "transition_changed"}
