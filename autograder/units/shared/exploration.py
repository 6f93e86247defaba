"""Exploration: the schedule of epsilon, and actions that are random with probability epsilon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, NoReturn

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_shape, name_known
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.arguments import Arguments
from autograder.units.shared.examples.q_learning import (
    EPSILON_GREEDY,
    EXPONENTIAL_EPSILON,
    LINEAR_EPSILON,
)
from autograder.units.shared.q_networks import NetworkMaker, QNetwork, plain_network
from autograder.worker.interface import Student, StudentError, StudentObject

#: Rows of one call, so that a right answer misses a tolerance of 6 standard deviations once in
#: about a billion times.
DRAWS = 4_000
#: How far epsilon may be off, relative and absolute: rounded to three digits it is right.
TOLERANCE = 2e-3


class ExponentialEpsilonTask(Task):
    """`epsilon(step, start, end, decay)` decays exponentially from start to end."""

    requires = ("epsilon",)
    examples = (EXPONENTIAL_EPSILON,)

    @check(points=1)
    def decays_exponentially(self, student: Student, random: np.random.Generator) -> None:
        start, end = _draw_ends(random)
        decay = int(random.integers(20, 40))  # so small that a single step shows
        step = np.array([0, decay // 2, decay, 3 * decay, 100 * decay])
        factor = np.exp(-step / decay)
        answers = Answers.ask(student, step, (start, end, decay))
        answers.expect(
            end + (start - end) * factor,
            "wrong_epsilon",
            Message(
                "With start {start:.4f}, end {end:.4f} and decay {decay}, epsilon should be "
                "{start:.4f} at step 0, {decayed:.3f} at step {decay}, and {end:.4f} after very "
                "many steps.",
                start=start,
                end=end,
                decay=decay,
                decayed=end + (start - end) * np.exp(-1),
            ),
            (
                *_wrong_decays(start, end, decay, step),
                *_other_ends(answers.found, start, end, 1 - factor),
            ),
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
            "end_not_added",
            (start - end) * factor,
            "The part that decays is right, (start - end) * exp(-step / decay), but end is not "
            "added to it.",
        ),
        *_other_formulas(start, end, decay, step),
        _rounded(end + (start - end) * factor),
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


def _other_formulas(
    start: float, end: float, decay: int, step: np.ndarray
) -> tuple[KnownMistake, ...]:
    """What other curves from start to end answer at these steps."""
    factor = np.exp(-step / decay)
    return (
        KnownMistake(
            "cut_at_the_end",
            np.maximum(end, start * factor),
            "start * exp(-step / decay), cut off at end, is another curve: what decays is "
            "start - end, and end is added.",
        ),
        KnownMistake(
            "linear",
            start + (end - start) * np.minimum(step / decay, 1),
            "This is a straight line from start to end. The formula has an exponential: "
            "exp(-step / decay).",
        ),
        KnownMistake(
            "half_life",
            end + (start - end) * 2.0 ** (-step / decay),
            "After decay steps one half of start - end is left, so this is a power of 2. The "
            "formula has a power of e: np.exp(-step / decay).",
        ),
        KnownMistake(
            "step_times_decay",
            end + (start - end) * np.exp(-step * decay),
            "Epsilon is at its end value after one step already: divide step by decay in the "
            "exponent, do not multiply.",
        ),
        KnownMistake(
            "divided_outside",
            end + (start - end) * np.exp(-step) / decay,
            "The exponential is divided by decay; the division belongs into the exponent: "
            "np.exp(-step / decay).",
        ),
        *(
            KnownMistake(
                "one_step_off",
                end + (start - end) * np.exp(-late / decay),
                "This is the value of the step before or after: the first step has the number 0, "
                "and there epsilon is exactly start. Use step as it is.",
            )
            for late in (step + 1, np.maximum(step - 1, 0))
        ),
    )


class LinearEpsilonTask(Task):
    """`epsilon(step, start, end, steps)` falls on a straight line and stays at the end value."""

    requires = ("epsilon",)
    examples = (LINEAR_EPSILON,)

    @check(points=1)
    def falls_on_a_line(self, student: Student, random: np.random.Generator) -> None:
        start, end = _draw_ends(random)
        steps = int(random.integers(20, 40))  # so few that a single step shows
        step = np.array([0, steps // 3, 2 * steps // 3, steps])
        share = step / steps
        answers = Answers.ask(student, step, (start, end, steps))
        answers.expect(
            start + (end - start) * share,
            "wrong_epsilon",
            Message(
                "From start {start:.4f} epsilon should fall in equal parts to {end:.4f}, reached "
                "after {steps} steps.",
                start=start,
                end=end,
                steps=steps,
            ),
            (
                *_wrong_lines(start, end, step, steps),
                *_other_ends(answers.found, start, end, share),
            ),
        )

    @check(points=1, needs=("falls_on_a_line",))
    def stays_at_the_end(self, student: Student, random: np.random.Generator) -> None:
        start, end = 0.95, 0.07
        for step in (301, 600, 40_000):
            answers = Answers.ask(student, np.array([step]), (start, end, 300))
            answers.expect(
                np.array([end]),
                "falls_too_far",
                Message(
                    "After the last of its {steps} steps epsilon should stay at the end value, "
                    "{end}.",
                    steps=300,
                    end=end,
                ),
            )


def _wrong_lines(
    start: float, end: float, step: np.ndarray, steps: int
) -> tuple[KnownMistake, ...]:
    """What typical mistakes answer at these steps."""
    share = step / steps
    return (
        *_lines_off(start, end, step, steps),
        KnownMistake(
            "jumps",
            np.where(step < steps, start, end),
            "Epsilon stays at start and jumps to end at the last step. If you divide with //, the "
            "share is 0 until then: write /.",
        ),
        KnownMistake(
            "starts_again",
            start + (end - start) * (share % 1),
            "At the last step epsilon is back at start: after steps it should stay at end.",
        ),
        KnownMistake(
            "end_added",
            start + share * end,
            "Epsilon rises from start by end. From start to end it changes by end - start.",
        ),
        KnownMistake(
            "always_the_end",
            np.full(len(share), end),
            "Epsilon is at its end value from the first step on.",
        ),
        _rounded(start + (end - start) * share),
        *_other_shapes(start, end, share),
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
            "never_decays",
            np.full(len(share), start),
            "Epsilon stays at its start value, whatever the step.",
        ),
    )


def _other_ends(
    found: np.ndarray, start: float, end: float, share: np.ndarray
) -> tuple[KnownMistake, ...]:
    """The right curve to another end or from another start; share: how far it has come."""
    first, last = float(found[0]), float(found[-1])
    if np.isclose(first, last) or first < last:
        return ()
    return (
        KnownMistake(
            "another_end",
            start + (last - start) * share,
            Message(
                "The curve has the right form and begins at start, but where it should be at end, "
                "{right:.4g}, it is at {found:.4g}. Use the arguments as they are: no fixed number "
                "and no factor.",
                found=last,
                right=end,
            ),
        ),
        KnownMistake(
            "another_start",
            first + (end - first) * share,
            Message(
                "The curve has the right form and ends at end, but it begins at {found:.4g}, not "
                "at start, {right:.4g}. Use the arguments as they are: no fixed number and no "
                "factor.",
                found=first,
                right=start,
            ),
        ),
    )


def _other_shapes(start: float, end: float, share: np.ndarray) -> tuple[KnownMistake, ...]:
    """What falls from start to end otherwise than on a straight line between them."""
    return (
        KnownMistake(
            "aimed_at_zero",
            np.maximum(start * (1 - share), end),
            "This is a straight line, but it aims at 0 and is cut off at end, so it gets there too "
            "early. The line itself should lead from start to end.",
        ),
        KnownMistake(
            "equal_factors",
            start * (end / start) ** share,
            "Epsilon falls by the same factor in each step. On a straight line it falls by the "
            "same difference in each step.",
        ),
        KnownMistake(
            "exponential",
            end + (start - end) * np.exp(-share),
            "This is the exponential schedule; here a straight line is asked for.",
        ),
    )


def _lines_off(start: float, end: float, step: np.ndarray, steps: int) -> tuple[KnownMistake, ...]:
    """Lines that are one step too long or too short, or come one step late or early."""
    shares_off = (
        step / (steps + 1),
        step / (steps - 1),
        np.maximum(step - 1, 0) / steps,
        (step + 1) / steps,
    )
    off = [each for part in shares_off for each in (part, np.minimum(part, 1))]
    return tuple(
        KnownMistake(
            "one_step_off",
            start + (end - start) * part,
            "The line is one step too long or too short, late or early: epsilon is start "
            "at step 0 and end at the step with the number steps. The share is step / steps.",
        )
        for part in off
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
            Message(
                "With epsilon = 0 all rows get action {action}, but each row has its own best one. "
                "Check three things: argmax runs along the last dimension (dim=-1 or axis=-1); no "
                "index such as [0] leaves only the first row; the Q-values, printed, differ. (If "
                "all are equal, as after a product with a mask of zeros, argmax is 0.)",
                action=action[0],
            ),
        )
        row = int(np.flatnonzero(action != best)[0])
        raise CheckFailed(
            "not_greedy",
            Message(
                "With epsilon = 0 each row should get the action with its largest Q-value. For a "
                "row with the Q-values {values} that is action {best}; yours is {action}.",
                values=np.round(q.values(observation)[row], 2).tolist(),
                best=best[row],
                action=action[row],
            ),
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
            "With epsilon = 1 every action should be random, but all rows got the best one, which "
            "is the same in all rows here. Draw random actions: np.random.randint(n_actions, "
            "size=n).",
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
        if _are_even(counts):
            return
        self._expect_no_preference(student, case, counts)
        _name_the_shares(counts, case.best)

    @check(points=1, needs=("explores_all_actions_alike",))
    def random_with_probability_epsilon(
        self, student: Student, random: np.random.Generator
    ) -> None:
        while True:
            case = _SameRows.draw(random)
            # A random number used twice leads to the first or the last action: it has to show.
            if 0 < case.best < case.q.n_actions - 1:
                break
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
        self._expect_all_actions_at(epsilon, np.bincount(action, minlength=n_actions), greedy)
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
        self._expect_single_rows_explore(asked, case)
        self._expect_actions_in_their_rows(student, random, epsilon)

    def asked(self, student: Student, q: QNetwork) -> AskedNetwork:
        """The network on the student's side, made once for several calls."""
        return AskedNetwork(student, q, self.network(student, q.layers))

    def answer(self, asked: AskedNetwork, observation: np.ndarray, epsilon: float) -> np.ndarray:
        """What the student's function returns, if it is a number for each row."""
        rows = len(observation)
        student, _, net = asked
        arguments = Arguments(student, observation)
        try:
            chosen = student.call(self.function, net, *arguments.given, epsilon)
        except StudentError as error:
            if "broadcast" not in error.message or f"({asked.q.n_actions},)" not in error.message:
                raise
            raise CheckFailed(
                "argmax_along_the_rows",
                Message(
                    "With {rows} rows and {n_actions} actions an array of {rows} numbers met one "
                    "of {n_actions}. There should be one action for each row: take argmax along "
                    "the last dimension (axis=1). The error: {error}",
                    rows=rows,
                    n_actions=asked.q.n_actions,
                    error=error,
                ),
            ) from error
        arguments.expect_unchanged(
            "observation_changed",
            "The observations are not the same after the call: do not write into the argument.",
            net,
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
        largest_values = q.values(observation).max(axis=1)
        expect(
            bool(np.all(action == np.floor(action)))
            or not np.any(np.isclose(action, largest_values, atol=1e-3)),
            "values_instead_of_actions",
            "The answers are Q-values. An action is the *number* of the largest value in its row: "
            "argmax, not max.",
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

    def _expect_no_preference(self, student: Student, case: _SameRows, counts: np.ndarray) -> None:
        """Raise CheckFailed if better actions come up more often, whichever they are."""
        if not case.favours_better_actions(counts):
            return
        other = case.with_the_order_turned_around()
        asked = self.asked(student, other.q)
        turned = np.bincount(self.actions(asked, other.observation, 1.0), minlength=len(counts))
        expect(
            not other.favours_better_actions(turned),
            "better_actions_more_often",
            Message(
                "With epsilon = 1 the actions have the shares {shares}: the larger its Q-value, "
                "the more often an action comes up. A random action must not depend on the "
                "Q-values: draw it with np.random.randint(n_actions, size=n).",
                shares=np.round(counts / DRAWS, 2).tolist(),
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

    def _expect_single_rows_explore(self, asked: AskedNetwork, case: _SameRows) -> None:
        """A row that comes alone explores sometimes, too: no number of rows is fixed."""
        row = case.observation[:1]
        greedy = self.actions(asked, row, 0.0)[0]
        others = sum(self.actions(asked, row, ALONE)[0] != greedy for _ in range(CALLS_ALONE))
        expect(
            0 < others < CALLS_ALONE / 2,
            "fixed_number_of_rows",
            Message(
                "With epsilon = {epsilon} and a single row, {others} of {calls} calls gave another "
                "action than the best one; about {wanted:.0f} should. Is the number of rows that "
                "explore computed from epsilon? Each row decides by a random number of its own.",
                epsilon=ALONE,
                others=others,
                calls=CALLS_ALONE,
                wanted=CALLS_ALONE * ALONE * (1 - 1 / case.q.n_actions),
            ),
        )

    def _expect_all_actions_at(self, epsilon: float, counts: np.ndarray, greedy: int) -> None:
        """The random actions are equally likely for this epsilon, too."""
        shares = counts / DRAWS
        others = np.delete(shares, greedy)
        expect(
            bool(np.all(np.abs(others - others.mean()) < _tolerance(max(others.mean(), 0.01)))),
            "not_uniform_below_one",
            Message(
                "With epsilon = {epsilon} the actions have the shares {shares}. The random actions "
                "should be equally likely for each epsilon, not only for 1. Is the random number "
                "that decides whether to explore used again to choose the action? Draw the action "
                "anew.",
                epsilon=epsilon,
                shares=np.round(shares, 2).tolist(),
            ),
        )

    def _expect_actions_in_their_rows(
        self, student: Student, random: np.random.Generator, epsilon: float
    ) -> None:
        """Where rows differ, each gets its own best action as often as it should."""
        q, observation = QNetwork.draw_with_all_actions_best(random)
        rows = np.tile(observation, (DRAWS // len(observation), 1))
        asked = self.asked(student, q)
        greedy = self.actions(asked, rows, 0.0)
        share = float(np.mean(self.actions(asked, rows, epsilon) == greedy))
        wanted = 1 - epsilon + epsilon / q.n_actions
        expect(
            abs(share - wanted) < _tolerance(wanted),
            "actions_of_other_rows",
            Message(
                "If all rows are alike, the best action comes up as often as it should. If the "
                "rows differ, only {share:.0%} of them get the best action of their *own* row with "
                "epsilon = {epsilon}, instead of {wanted:.0%}. Do the actions come back in another "
                "order than the rows?",
                share=share,
                epsilon=epsilon,
                wanted=wanted,
            ),
        )


#: Epsilon and calls where a row comes alone.
ALONE, CALLS_ALONE = 0.3, 80
#: Rows of a call, and calls, where it is asked whether all rows explore together.
FEW, CALLS = 300, 24


class _SameRows(NamedTuple):
    """One observation in many rows, so that shares of actions can be counted."""

    q: QNetwork
    observation: np.ndarray  # (DRAWS, 4) float32
    values: np.ndarray  # (4,) of the actions

    @classmethod
    def draw(cls, random: np.random.Generator) -> _SameRows:
        observation = random.normal(size=4).astype(np.float32)
        # So near to each other that a softmax of them draws each action, and clearly apart.
        values = random.permutation(np.cumsum(random.uniform(0.4, 0.6, size=4)))
        q = QNetwork.draw(random, n_actions=4).with_values(observation, values)
        return cls(q, np.tile(observation, (DRAWS, 1)), values)

    @property
    def best(self) -> int:
        return int(self.values.argmax())

    def favours_better_actions(self, counts: np.ndarray) -> bool:
        """Whether an action comes up the more often, the larger its value is; (4,)."""
        return bool(np.all(np.diff(counts[np.argsort(self.values)]) >= 0))

    def with_the_order_turned_around(self) -> _SameRows:
        """The same, but the best action is the worst."""
        values = self.values.max() + self.values.min() - self.values
        return self._replace(q=self.q.with_values(self.observation[0], values), values=values)


def _with_large_index(random: np.random.Generator, rows: int) -> tuple[QNetwork, np.ndarray]:
    """A network, and observations whose largest value stands in none of the first places.

    So an argmax over all values is no action. A single row has no such place.
    """
    while True:
        q = QNetwork.draw(random)
        observation = random.normal(size=(rows, 4)).astype(np.float32)
        if rows == 1 or q.values(observation).argmax() >= 2 * q.n_actions:
            return q, observation


def _are_even(counts: np.ndarray) -> bool:
    """Whether actions that are all equally likely may well have come up so often."""
    n_actions = len(counts)
    return bool(np.all(np.abs(counts / DRAWS - 1 / n_actions) < _tolerance(1 / n_actions)))


def _name_the_shares(counts: np.ndarray, best: int) -> NoReturn:
    """Raise CheckFailed with what is uneven about random actions.

    counts: of each action among DRAWS random ones. best: the greedy action.
    """
    n_actions = len(counts)
    others = np.delete(counts, best) / DRAWS
    alike = np.all(np.abs(others - others.mean()) < _tolerance(others.mean()))
    expect(
        not alike or counts[best] / DRAWS - others.max() < _tolerance(1 / n_actions),
        "explores_too_seldom",
        Message(
            "With epsilon = 1 all actions should be random, but the best one has the share "
            "{share:.0%} and each other one about {other:.0%}. Is a row greedy although it should "
            "explore? Explore where a uniform random number is below epsilon.",
            share=counts[best] / DRAWS,
            other=others.mean(),
        ),
    )
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
    raise CheckFailed(
        "not_uniform",
        Message(
            "With epsilon = 1 each of {n_actions} actions should be taken about equally often; "
            "yours have the shares {shares}.",
            n_actions=n_actions,
            shares=np.round(counts / DRAWS, 2).tolist(),
        ),
    )


def _tolerance(share: float) -> float:
    """Six standard deviations of a share counted in DRAWS rows."""
    return float(6 * np.sqrt(share * (1 - share) / DRAWS))


def _is_number(item: object) -> bool:
    if isinstance(item, np.ndarray):
        return item.shape == () and item.dtype.kind in "iuf"
    return isinstance(item, (int, float)) and not isinstance(item, bool)


def _draw_ends(random: np.random.Generator) -> tuple[float, float]:
    """Start and end of a schedule; both show whether they are rounded to two digits."""
    start, end = random.uniform(0.7, 0.99), random.uniform(0.02, 0.2)
    return float(np.floor(100 * start) / 100 + 0.0045), float(np.floor(100 * end) / 100 + 0.0045)


def _rounded(right: np.ndarray) -> KnownMistake:
    return KnownMistake(
        "rounded",
        np.round(right, 2),
        "Epsilon is rounded to two digits: it then falls in stairs, and a small end becomes 0.",
    )


@dataclass(frozen=True)
class Answers:
    """What the student's `epsilon` answers at some steps, one number each."""

    step: np.ndarray
    found: np.ndarray

    @classmethod
    def ask(
        cls, student: Student, step: np.ndarray, arguments: tuple[float, float, int]
    ) -> Answers:
        """Raises CheckFailed unless there is one number for each step, the same each time."""
        answers = [student.call("epsilon", int(each), *arguments) for each in step]
        for each, answer in zip(step, answers, strict=True):
            _expect_number(int(each), answer)
        found = np.array([float(np.asarray(answer).item()) for answer in answers])
        again = student.call("epsilon", int(step[0]), *arguments)
        _expect_number(int(step[0]), again)
        second = float(np.asarray(again).item())
        expect(
            bool(np.isclose(found[0], second, equal_nan=True)),
            "depends_on_calls",
            Message(
                "Called twice at step {step} with the same arguments, epsilon gave {first:.4g} and "
                "then {second:.4g}. It should depend on its arguments alone: use step, and count "
                "no calls.",
                step=int(step[0]),
                first=found[0],
                second=second,
            ),
        )
        return cls(step, found)

    def expect(
        self,
        right: np.ndarray,
        mistake: str,
        message: str,
        known_mistakes: tuple[KnownMistake, ...] = (),
    ) -> None:
        """Raise CheckFailed unless the answers are right; the wrong ones are shown."""
        if np.allclose(self.found, right, rtol=TOLERANCE, atol=TOLERANCE):
            return
        name_known(self.found, known_mistakes, TOLERANCE)
        wrong = np.flatnonzero(~np.isclose(self.found, right, rtol=1e-4, atol=1e-4))
        observed = Message(
            "Yours is {differences}.",
            differences="; ".join(
                f"{self.found[i]:.4g} at step {self.step[i]}, not {right[i]:.4g}" for i in wrong
            ),
        )
        raise CheckFailed(mistake, Message.joined(message, observed))


def _expect_number(step: int, answer: object) -> None:
    expect(
        answer is not None,
        "not_a_number",
        Message("At step {step} epsilon returns nothing (None): is a return missing?", step=step),
    )
    expect(
        not isinstance(answer, bool)
        and not (isinstance(answer, np.ndarray) and answer.dtype.kind == "b"),
        "a_decision",
        "epsilon returns true or false. It should return the probability itself; select_action "
        "makes the decision.",
    )
    expect(
        isinstance(answer, (int, float, np.ndarray)) and np.size(answer) == 1,
        "not_a_number",
        Message("At step {step} epsilon should return one number.", step=step),
    )
