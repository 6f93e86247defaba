"""Exploration: the schedule of epsilon, and actions that are random with probability epsilon."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from autograder.checks.expect import KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.q_networks import NetworkMaker, QNetwork, plain_network
from autograder.worker.interface import Student

#: Rows of one call, so that a right answer misses a tolerance of 6 standard deviations once in
#: about a billion times.
DRAWS = 4_000


class ExponentialEpsilonTask(Task):
    """`epsilon(step, start, end, decay)` decays exponentially from start to end."""

    requires = ("epsilon",)

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

    @check(points=1)
    def stays_at_the_end(self, student: Student, random: np.random.Generator) -> None:
        start, end = 1.0, 0.05
        found = [student.call("epsilon", step, start, end, 400) for step in (401, 800, 40_000)]
        _expect_schedule(
            found,
            np.full(3, end),
            "falls_too_far",
            Message(
                "After the last of its steps epsilon should stay at the end value, {end}; yours "
                "is {found} after twice as many. Mind that it must not become negative.",
                end=end,
                found=_shown(found[1]),
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


class EpsilonGreedyTask(Task):
    """`select_action(net, observation, epsilon)`: an action for each row, (n, 4) to (n,)."""

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
        q = QNetwork.draw(random)
        for rows, dtype in ((5, np.float32), (1, np.float32), (3, np.float64)):
            for epsilon in (0.0, 1.0):
                self.actions(student, q, random.normal(size=(rows, 4)).astype(dtype), epsilon)

    @check(points=1)
    def takes_the_best_action(self, student: Student, random: np.random.Generator) -> None:
        q, observation = QNetwork.draw_with_all_actions_best(random)
        best = q.values(observation).argmax(axis=1)
        action = self.actions(student, q, observation, 0.0)
        if np.array_equal(action, best):
            return
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
        repeated = self.actions(student, q, observation, 0.0)
        expect(
            np.array_equal(action, repeated),
            "epsilon_inverted",
            "With epsilon = 0 no action should be random, but your actions change from call to "
            "call. Explore where the random number is *below* epsilon.",
        )
        expect(
            False,
            "not_greedy",
            "With epsilon = 0 each row should get the action with its largest Q-value.",
        )

    @check(points=1)
    def explores_all_actions_alike(self, student: Student, random: np.random.Generator) -> None:
        case = _SameRows.draw(random)
        while case.best == case.q.n_actions - 1:  # the last may be left out for another reason
            case = _SameRows.draw(random)
        q, best = case.q, case.best
        action = self.actions(student, q, case.observation, 1.0)
        counts = np.bincount(action, minlength=q.n_actions)
        # One draw for all rows may hit the best action: then others come later.
        always_best = counts[best] == DRAWS and all(
            self.actions(student, q, case.observation[:1], 1.0)[0] == best for _ in range(30)
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
            counts[best] > 0,
            "best_action_left_out",
            "The best action never comes up among the random ones: draw from *all* actions.",
        )
        shares = counts / DRAWS
        expect(
            bool(np.all(np.abs(shares - 1 / q.n_actions) < _tolerance(1 / q.n_actions))),
            "not_uniform",
            Message(
                "With epsilon = 1 each of {n_actions} actions should be taken about equally often; "
                "yours have the shares {shares}.",
                n_actions=q.n_actions,
                shares=np.round(shares, 2).tolist(),
            ),
        )

    @check(points=1)
    def random_with_probability_epsilon(
        self, student: Student, random: np.random.Generator
    ) -> None:
        case = _SameRows.draw(random)
        n_actions = case.q.n_actions
        epsilon = float(np.round(random.uniform(0.2, 0.3), 2))
        # One decision for all rows would not show in a single call: ask twice.
        actions = [self.actions(student, case.q, case.observation, epsilon) for _ in range(2)]
        shares = [float(np.mean(action == case.best)) for action in actions]
        together = all(share in (0, 1) or abs(share - 1 / n_actions) < 0.05 for share in shares)
        expect(
            not together,
            "one_decision_for_all_rows",
            Message(
                "With epsilon = {epsilon} either all rows explore or none does. Decide for each "
                "row by itself: draw as many numbers as there are rows.",
                epsilon=epsilon,
            ),
        )
        wanted, inverted = (greedy + (1 - greedy) / n_actions for greedy in (1 - epsilon, epsilon))
        share = shares[0]
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

    def actions(
        self, student: Student, q: QNetwork, observation: np.ndarray, epsilon: float
    ) -> np.ndarray:
        """The student's actions, (n,) whole numbers. Raises CheckFailed for anything else."""
        rows = len(observation)
        chosen = student.call(self.function, self.network(student, q.layers), observation, epsilon)
        if isinstance(chosen, list) and all(map(_is_whole, chosen)):
            chosen = np.array([int(item) for item in chosen], dtype=np.int64)
        action = expect_shape(
            chosen,
            (rows,),
            "wrong_shape",
            Message("For {rows} observations there should be {rows} actions.", rows=rows),
        )
        expect(
            action.dtype.kind in "iu" and bool(np.all((action >= 0) & (action < q.n_actions))),
            "wrong_actions",
            Message(
                "With {n_actions} actions the answers should be whole numbers from 0 to {last}; "
                "yours are {dtype}, from {smallest} to {largest}. The width of the network's "
                "output is the number of actions.",
                n_actions=q.n_actions,
                last=q.n_actions - 1,
                dtype=action.dtype,
                smallest=action.min(),
                largest=action.max(),
            ),
        )
        return action


class _SameRows(NamedTuple):
    """One observation in many rows, so that shares of actions can be counted."""

    q: QNetwork
    observation: np.ndarray  # (DRAWS, 4) float32
    best: int

    @classmethod
    def draw(cls, random: np.random.Generator) -> _SameRows:
        q = QNetwork.draw(random)
        observation = np.tile(random.normal(size=4).astype(np.float32), (DRAWS, 1))
        return cls(q, observation, int(q.values(observation[:1]).argmax()))


def _tolerance(share: float) -> float:
    """Six standard deviations of a share counted in DRAWS rows."""
    return float(6 * np.sqrt(share * (1 - share) / DRAWS))


def _is_whole(item: object) -> bool:
    if isinstance(item, np.ndarray):
        return item.shape == () and item.dtype.kind in "iu"
    return isinstance(item, int) and not isinstance(item, bool)


def _shown(item: object) -> str:
    return f"{item:.2f}" if isinstance(item, float) else str(item)


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
