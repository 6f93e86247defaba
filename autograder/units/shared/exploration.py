"""Exploration: the schedule of epsilon, and actions that are random with probability epsilon."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.examples.q_learning import (
    EPSILON_GREEDY,
    EXPONENTIAL_EPSILON,
    LINEAR_EPSILON,
)
from autograder.units.shared.q_networks import NetworkMaker, QNetwork, plain_network
from autograder.worker.interface import Student, StudentObject

#: Rows of one call, so that a right answer misses a tolerance of 6 standard deviations once in
#: about a billion times.
DRAWS = 4_000


class ExponentialEpsilonTask(Task):
    """`epsilon(step, start, end, decay)` decays exponentially from start to end."""

    requires = ("epsilon",)
    examples = (EXPONENTIAL_EPSILON,)

    @check(points=1)
    def decays_exponentially(self, student: Student, random: np.random.Generator) -> None:
        start, end = random.uniform(0.7, 1.0), random.uniform(0.02, 0.2)
        decay = int(random.integers(300, 900))
        step = np.array([0, decay // 2, decay, 3 * decay, 100 * decay])
        factor = np.exp(-step / decay)
        _expect_schedule(
            [student.call("epsilon", int(s), start, end, decay) for s in step],
            end + (start - end) * factor,
            "wrong_epsilon",
            Message(
                "With start {start:.2f}, end {end:.2f} and decay {decay}, epsilon should be "
                "{start:.2f} at step 0, {decayed:.2f} at step {decay}, and {end:.2f} after very "
                "many steps.",
                start=start,
                end=end,
                decay=decay,
                decayed=end + (start - end) * np.exp(-1),
            ),
            _wrong_decays(start, end, decay, step),
        )


def _wrong_decays(
    start: float, end: float, decay: int, step: np.ndarray
) -> tuple[KnownMistake, ...]:
    """What typical mistakes answer at these steps."""
    factor = np.exp(-step / decay)
    return (
        KnownMistake(
            "decays_to_zero",
            start * factor,
            "Epsilon falls to 0, not to its end value: add end, and let only the rest, "
            "start - end, decay.",
        ),
        KnownMistake(
            "starts_too_high",
            end + start * factor,
            "Epsilon begins at start + end: what decays is start - end.",
        ),
        KnownMistake(
            "start_and_end_swapped",
            start + (end - start) * factor,
            "Epsilon rises instead of falling: start and end are swapped.",
        ),
        KnownMistake(
            "rises",
            end + (start - end) * np.exp(step / decay),
            "Epsilon rises: the exponent is negative, exp(-step / decay).",
        ),
        *(
            KnownMistake(
                "whole_division",
                end + (start - end) * np.exp(exponent),
                "Epsilon goes down in stairs: // cuts the fraction off, write /.",
            )
            for exponent in (-(step // decay), -step // decay)
        ),
        KnownMistake(
            "never_decays",
            np.full(len(step), start),
            "Epsilon stays at its start value, whatever the step.",
        ),
        KnownMistake(
            "arguments_ignored",
            0.05 + (0.9 - 0.05) * np.exp(-step / 1000),
            "This is the right formula with fixed numbers: use the arguments start, end and decay.",
        ),
    )


class LinearEpsilonTask(Task):
    """`epsilon(step, start, end, steps)` falls on a straight line and stays at the end value."""

    requires = ("epsilon",)
    examples = (LINEAR_EPSILON,)

    @check(points=1)
    def falls_on_a_line(self, student: Student, random: np.random.Generator) -> None:
        start, end = random.uniform(0.7, 1.0), random.uniform(0.02, 0.2)
        steps = int(random.integers(300, 900))
        step = np.array([0, steps // 3, 2 * steps // 3, steps])
        share = step / steps
        _expect_schedule(
            [student.call("epsilon", int(s), start, end, steps) for s in step],
            start + (end - start) * share,
            "wrong_epsilon",
            Message(
                "From start {start:.2f} epsilon should fall in equal parts to {end:.2f}, reached "
                "after {steps} steps.",
                start=start,
                end=end,
                steps=steps,
            ),
            _wrong_lines(start, end, share),
        )

    @check(points=1, needs=("falls_on_a_line",))
    def stays_at_the_end(self, student: Student, random: np.random.Generator) -> None:
        start, end = 0.95, 0.07
        for step in (301, 600, 40_000):
            found = student.call("epsilon", step, start, end, 300)
            _expect_schedule(
                [found],
                np.array([end]),
                "falls_too_far",
                Message(
                    "After the last of its {steps} steps epsilon should stay at the end value, "
                    "{end}; yours is {found} at step {step}.",
                    steps=300,
                    end=end,
                    found=round(found, 4) if isinstance(found, float) else found,
                    step=step,
                ),
            )


def _wrong_lines(start: float, end: float, share: np.ndarray) -> tuple[KnownMistake, ...]:
    """What typical mistakes answer after these shares of the steps."""
    return (
        KnownMistake(
            "falls_to_zero",
            start * (1 - share),
            "The line ends at 0, not at the end value.",
        ),
        KnownMistake(
            "start_and_end_swapped",
            end + (start - end) * share,
            "Epsilon rises instead of falling: start and end are swapped.",
        ),
        KnownMistake(
            "exponential",
            end + (start - end) * np.exp(-share),
            "This is the exponential schedule; here a straight line is asked for.",
        ),
        KnownMistake(
            "never_decays",
            np.full(len(share), start),
            "Epsilon stays at its start value, whatever the step.",
        ),
    )


class AskedNetwork(NamedTuple):
    """A network that the student's function is called with, and its weights."""

    student: Student
    q: QNetwork
    net: StudentObject


class EpsilonGreedyTask(Task):
    """`select_action(net, observation, epsilon)`: an action for each row, (n, 4) to (n,)."""

    examples = (EPSILON_GREEDY,)

    def __init__(
        self,
        name: str,
        *,
        function: str = "select_action",
        network: NetworkMaker = plain_network,
    ) -> None:
        """network: puts a network of the checks into the form that the unit uses."""
        super().__init__(name, requires=(function,))
        self.function = function
        self.network = network

    @check(points=0, blocking=True)
    def one_action_for_each_row(self, student: Student, random: np.random.Generator) -> None:
        for rows, dtype in ((5, np.float32), (1, np.float32), (3, np.float64)):
            q, observation = _with_large_index(random, rows)
            asked = self.asked(student, q)
            for epsilon in (0.0, 1.0):
                self.actions(asked, observation.astype(dtype), epsilon)

    @check(points=1)
    def takes_the_best_action(self, student: Student, random: np.random.Generator) -> None:
        q, observation = QNetwork.draw_with_all_actions_best(random)
        best = q.values(observation).argmax(axis=1)
        asked = self.asked(student, q)
        chosen = self.answer(asked, observation, 0.0)
        action = self.actions(asked, observation, 0.0)
        expect(
            chosen.dtype.kind in "iu",
            "float_actions",
            Message(
                "The actions come back as {dtype}. An action is a whole number: np.zeros(n) makes "
                "floats, np.zeros(n, dtype=int) does not.",
                dtype=chosen.dtype,
            ),
        )
        if np.array_equal(action, best):
            return
        self._expect_no_chance(student, random)
        expect(
            not np.array_equal(action, q.values(observation).argmin(axis=1)),
            "worst_action",
            "With epsilon = 0 the action of the smallest Q-value is taken: use argmax.",
        )
        expect(
            len(set(action.tolist())) > 1,
            "same_action_for_all",
            "With epsilon = 0 all rows get the same action: each row has its own best one. Take "
            "argmax along the last dimension (dim=-1 or axis=-1).",
        )
        raise CheckFailed(
            "not_greedy",
            "With epsilon = 0 each row should get the action with its largest Q-value.",
        )

    @check(points=1)
    def explores_all_actions_alike(self, student: Student, random: np.random.Generator) -> None:
        self._expect_no_chance(student, random)
        while True:
            case = _SameRows.draw(random)
            q, asked = case.q, self.asked(student, case.q)
            best = self._greedy_action(asked, case)
            if best < q.n_actions - 1:  # the last may be left out for another reason
                break
        first, second = (self.actions(asked, case.observation, 1.0) for _ in range(2))
        counts = np.bincount(first, minlength=q.n_actions)
        # One draw for all rows may hit the best action: then others come later.
        always_best = counts[best] == DRAWS and all(
            self.actions(asked, case.observation[:1], 1.0)[0] == best for _ in range(30)
        )
        expect(
            not always_best,
            "never_explores",
            "With epsilon = 1 every action should be random, but all rows got the best one.",
        )
        expect(
            counts.max() < DRAWS,
            "one_draw_for_all_rows",
            "With epsilon = 1 all rows got one and the same action: draw for each row.",
        )
        expect(
            not np.array_equal(first, second),
            "same_draws_again",
            "Two calls with epsilon = 1 gave the same random actions. Draw new numbers in each "
            "call: no seed inside the function.",
        )
        expect(
            counts[best] > 0 or np.sum(counts == 0) > 1,
            "best_action_left_out",
            "The best action never comes up among the random ones: draw from *all* actions.",
        )
        _expect_even(counts)

    @check(points=1, needs=("explores_all_actions_alike",))
    def random_with_probability_epsilon(
        self, student: Student, random: np.random.Generator
    ) -> None:
        case = _SameRows.draw(random)
        asked = self.asked(student, case.q)
        greedy = self._greedy_action(asked, case)
        self._expect_a_decision_for_each_row(asked, case, greedy)
        n_actions = case.q.n_actions
        epsilon = float(np.round(random.uniform(0.2, 0.3), 2))
        action = self.actions(asked, case.observation, epsilon)
        share = float(np.mean(action == greedy))
        wanted, inverted = (part + (1 - part) / n_actions for part in (1 - epsilon, epsilon))
        expect(
            abs(share - inverted) > _tolerance(wanted),
            "epsilon_inverted",
            Message(
                "With epsilon = {epsilon} the best action came up in {share:.0%} of the rows, as "
                "if epsilon were the probability of *not* exploring: random below epsilon, greedy "
                "above.",
                epsilon=epsilon,
                share=share,
            ),
        )
        expect(
            abs(share - wanted) < _tolerance(wanted),
            "wrong_share",
            Message(
                "With epsilon = {epsilon} and {n_actions} actions the best one should come up in "
                "{wanted:.0%} of the rows (a random action may be the best one, too); yours in "
                "{share:.0%}.",
                epsilon=epsilon,
                n_actions=n_actions,
                wanted=wanted,
                share=share,
            ),
        )

    def asked(self, student: Student, q: QNetwork) -> AskedNetwork:
        """The network on the student's side, made once for several calls."""
        return AskedNetwork(student, q, self.network(student, q.layers))

    def answer(self, asked: AskedNetwork, observation: np.ndarray, epsilon: float) -> np.ndarray:
        """What the student's function returns, if it is a number for each row."""
        rows = len(observation)
        student, _, net = asked
        given = student.put(observation)
        chosen = student.call(self.function, net, given, epsilon)
        expect(
            np.array_equal(np.asarray(student.fetch(given)), observation),
            "observation_changed",
            "The observations are not the same after the call: do not write into the argument.",
        )
        if isinstance(chosen, list) and all(map(_is_number, chosen)):
            chosen = np.array([np.asarray(item).item() for item in chosen])
        return expect_shape(
            chosen,
            (rows,),
            "wrong_shape",
            Message("For {rows} observations there should be {rows} actions.", rows=rows),
        )

    def actions(self, asked: AskedNetwork, observation: np.ndarray, epsilon: float) -> np.ndarray:
        """The student's actions, (n,) whole numbers. Raises CheckFailed for anything else."""
        action, q = self.answer(asked, observation, epsilon), asked.q
        largest = int(q.values(observation).argmax())
        expect(
            largest < q.n_actions or not np.array_equal(action, np.full(len(action), largest)),
            "argmax_without_axis",
            Message(
                "With epsilon = {epsilon} every row got the number {index}: that is where the "
                "largest of *all* values stands. Take argmax for each row, along the last "
                "dimension (axis=1).",
                epsilon=epsilon,
                index=largest,
            ),
        )
        expect(
            action.dtype.kind in "iuf"
            and bool(np.all((action >= 0) & (action < q.n_actions)))
            and bool(np.all(action == np.floor(action))),
            "wrong_actions",
            Message(
                "With {n_actions} actions the answers should be whole numbers from 0 to {last}; "
                "yours are {dtype}, from {smallest} to {largest}.",
                n_actions=q.n_actions,
                last=q.n_actions - 1,
                dtype=action.dtype,
                smallest=action.min(),
                largest=action.max(),
            ),
        )
        return action.astype(np.int64)

    def _expect_no_chance(self, student: Student, random: np.random.Generator) -> None:
        """With epsilon = 0 the same row gets the same action. Raises CheckFailed with the cause."""
        case = _SameRows.draw(random)
        asked = self.asked(student, case.q)
        first, second = (self.actions(asked, case.observation, 0.0) for _ in range(2))
        if np.array_equal(first, second):
            return
        n_actions = case.q.n_actions
        explored = (1 - np.bincount(first).max() / DRAWS) / (1 - 1 / n_actions)
        expect(
            abs(explored - 0.5) > 0.1,
            "normal_instead_of_uniform",
            "With epsilon = 0 about half of the actions are random. Half of the numbers of a "
            "normal distribution (randn, normal) are negative, so below 0: draw uniform ones from "
            "0 to 1 (np.random.rand, np.random.random).",
        )
        counts = np.bincount(self.actions(asked, case.observation, 1.0), minlength=n_actions)
        expect(
            counts[case.best] < DRAWS,
            "epsilon_inverted",
            "With epsilon = 0 the actions are random, and with epsilon = 1 they are the best ones: "
            "it is inverted. Explore where the random number is *below* epsilon.",
        )
        raise CheckFailed(
            "random_without_epsilon",
            Message(
                "With epsilon = 0 no action should be random, but {explored:.0%} of yours are.",
                explored=explored,
            ),
        )

    def _greedy_action(self, asked: AskedNetwork, case: _SameRows) -> int:
        """What the student's function takes for this observation with epsilon = 0."""
        action = self.actions(asked, case.observation[:9], 0.0)
        return int(np.bincount(action).argmax())

    def _expect_a_decision_for_each_row(
        self, asked: AskedNetwork, case: _SameRows, greedy: int
    ) -> None:
        """Not all rows explore, or none. Raises CheckFailed with what was seen."""
        few = case.observation[:FEW]
        explored = []
        for _ in range(CALLS):
            share = np.mean(self.actions(asked, few, 0.5) == greedy)
            explored.append((1 - share) / (1 - 1 / case.q.n_actions))
        expect(
            min(explored) < 0.8,
            "always_explores",
            "With epsilon = 0.5 all rows explore, in every call: the random number is below "
            "epsilon whatever epsilon is. Draw uniform numbers from 0 to 1 (np.random.rand(n)).",
        )
        expect(
            max(explored) > 0.2,
            "never_explores_at_half",
            "With epsilon = 0.5 no row ever explores. Explore where a uniform random number from 0 "
            "to 1 is below epsilon.",
        )
        expect(
            not all(part > 0.8 or part == 0 for part in explored),
            "one_decision_for_all_rows",
            "With epsilon = 0.5 either all rows of a call explore or none does. Decide for each "
            "row by itself: draw as many numbers as there are rows.",
        )


#: Rows of a call, and calls, where it is asked whether all rows explore together.
FEW, CALLS = 300, 24


class _SameRows(NamedTuple):
    """One observation in many rows, so that shares of actions can be counted."""

    q: QNetwork
    observation: np.ndarray  # (DRAWS, 4) float32
    best: int

    @classmethod
    def draw(cls, random: np.random.Generator) -> _SameRows:
        q = QNetwork.draw(random, n_actions=4)
        observation = np.tile(random.normal(size=4).astype(np.float32), (DRAWS, 1))
        return cls(q, observation, int(q.values(observation[:1]).argmax()))


def _with_large_index(random: np.random.Generator, rows: int) -> tuple[QNetwork, np.ndarray]:
    """A network, and observations whose largest value stands in none of the first places.

    So an argmax over all values is no action. A single row has no such place.
    """
    while True:
        q = QNetwork.draw(random)
        observation = random.normal(size=(rows, 4)).astype(np.float32)
        if rows == 1 or q.values(observation).argmax() >= 2 * q.n_actions:
            return q, observation


def _expect_even(counts: np.ndarray) -> None:
    """counts: of each action among DRAWS random ones."""
    n_actions = len(counts)
    missing = np.flatnonzero(counts == 0)
    expect(
        not len(missing),
        "actions_left_out",
        Message(
            "There are {n_actions} actions, but with epsilon = 1 these never come up: {missing}. "
            "Draw from as many actions as the network has outputs (n_actions).",
            n_actions=n_actions,
            missing=", ".join(map(str, missing)),
        ),
    )
    shares = counts / DRAWS
    expect(
        bool(np.all(np.abs(shares - 1 / n_actions) < _tolerance(1 / n_actions))),
        "not_uniform",
        Message(
            "With epsilon = 1 each of {n_actions} actions should be taken about equally often; "
            "yours have the shares {shares}.",
            n_actions=n_actions,
            shares=np.round(shares, 2).tolist(),
        ),
    )


def _tolerance(share: float) -> float:
    """Six standard deviations of a share counted in DRAWS rows."""
    return float(6 * np.sqrt(share * (1 - share) / DRAWS))


def _is_number(item: object) -> bool:
    if isinstance(item, np.ndarray):
        return item.shape == () and item.dtype.kind in "iuf"
    return isinstance(item, (int, float)) and not isinstance(item, bool)


def _expect_schedule(
    found: list[object],
    right: np.ndarray,
    mistake: str,
    message: str,
    known_mistakes: tuple[KnownMistake, ...] = (),
) -> None:
    """found: one answer for each step asked."""
    values = [
        float(np.asarray(item).item())
        if isinstance(item, (int, float, np.ndarray)) and np.size(item) == 1
        else None
        for item in found
    ]
    expect(None not in values, "not_a_number", "epsilon should return one number.")
    expect_close(
        np.array(values), right, mistake, message, known_mistakes=known_mistakes, tolerance=2e-3
    )
