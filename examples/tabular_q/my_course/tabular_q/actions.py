"""Actions from a table: the best one, or a random one with probability epsilon."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import CheckFailed, expect, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.worker.interface import Student

N_STATES, N_ACTIONS = 12, 4
#: States in one call, so that shares of actions can be counted.
DRAWS = 4_000
#: Six standard deviations of a share counted in so many states, at most.
TOLERANCE = 3 / np.sqrt(DRAWS)


def drawn_table(random: np.random.Generator) -> np.ndarray:
    """Values (N_STATES, N_ACTIONS), all negative; each action is the best one of three states."""
    values = -np.sort(random.uniform(1.0, 9.0, size=(N_STATES, N_ACTIONS)), axis=1)  # best first
    best = random.permutation(np.arange(N_STATES) % N_ACTIONS)  # (N_STATES,)
    values[:, 1:] -= 0.5  # the best one is clearly better
    columns = (np.arange(N_ACTIONS) - best[:, None]) % N_ACTIONS  # (N_STATES, N_ACTIONS)
    return np.take_along_axis(values, columns, axis=1)


def expect_actions(actions: object, states: int) -> np.ndarray:
    """The actions, (states,) whole numbers. Raises CheckFailed for anything else."""
    if isinstance(actions, list) and all(isinstance(action, int) for action in actions):
        actions = np.array(actions, dtype=np.int64)
    chosen = expect_shape(
        actions,
        (states,),
        "wrong_shape",
        Message("For {states} states there should be {states} actions.", states=states),
    )
    if chosen.dtype.kind not in "iu":
        raise CheckFailed(
            "no_whole_numbers",
            Message(
                "The actions should be whole numbers, yours are {dtype}. np.zeros makes floats "
                "unless dtype=int is given.",
                dtype=chosen.dtype,
            ),
        )
    expect(
        bool(np.all((chosen >= 0) & (chosen < N_ACTIONS))),
        "no_such_action",
        Message("There are only the actions 0 to {last}.", last=N_ACTIONS - 1),
    )
    return chosen


class Greedy(Task):
    """`greedy(q, state)`: the best action of each state, (n,) to (n,)."""

    requires = ("greedy",)

    @check(points=0, blocking=True)
    def one_action_for_each_state(self, student: Student, random: np.random.Generator) -> None:
        for states in (5, 1):
            self.actions(student, drawn_table(random), random.integers(N_STATES, size=states))

    @check(points=2)
    def takes_the_largest_value(self, student: Student, random: np.random.Generator) -> None:
        q, state = drawn_table(random), random.permutation(N_STATES)
        chosen = self.actions(student, q, state)
        expect(
            not np.array_equal(chosen, q[state].argmin(axis=1)),
            "worst_action",
            "Each state gets the action with its smallest value. Look for the largest: argmax.",
        )
        expect(
            not np.array_equal(chosen, q.argmax(axis=1)),
            "state_ignored",
            "These are the best actions of the states 0, 1, 2, …, not of the states that were "
            "given. Take their rows first: q[state].",
        )
        expect(
            np.array_equal(chosen, q[state].argmax(axis=1)),
            "not_greedy",
            "Some states do not get the action with the largest value of their own row.",
        )

    def actions(self, student: Student, q: np.ndarray, state: np.ndarray) -> np.ndarray:
        """The student's actions, (n,)."""
        return expect_actions(student.call("greedy", q, state), len(state))


class EpsilonGreedy(Task):
    """`epsilon_greedy(q, state, epsilon)`: greedy, but random with probability epsilon."""

    requires = ("epsilon_greedy",)

    @check(points=0, blocking=True)
    def one_action_for_each_state(self, student: Student, random: np.random.Generator) -> None:
        for states, epsilon in ((5, 0.0), (5, 1.0), (1, 0.5)):
            state = random.integers(N_STATES, size=states)
            self.actions(student, drawn_table(random), state, epsilon)

    @check(points=1, blocking=True)
    def is_greedy_at_epsilon_0(self, student: Student, random: np.random.Generator) -> None:
        q, state = drawn_table(random), random.integers(N_STATES, size=200)
        chosen, repeated = (self.actions(student, q, state, 0.0) for _ in range(2))
        expect(
            np.array_equal(chosen, repeated),
            "epsilon_inverted",
            "With epsilon = 0 nothing should be random, but your actions change from call to call. "
            "Explore where the random number is *below* epsilon.",
        )
        expect(
            np.array_equal(chosen, q[state].argmax(axis=1)),
            "not_greedy",
            "With epsilon = 0 each state should get the action with the largest value of its row.",
        )

    @check(points=1)
    def explores_all_actions_alike(self, student: Student, random: np.random.Generator) -> None:
        found = [self.shares(student, random, 1.0) for _ in range(6)]
        shares, best = found[0]
        expect(
            any(shares[best] < 1 for shares, best in found),
            "never_explores",
            "With epsilon = 1 every action should be random, but all states got the best one.",
        )
        expect(
            any(shares.max() < 1 for shares, _ in found),
            "one_action_for_all_states",
            "With epsilon = 1 all states got one and the same action: draw as many actions as "
            "there are states.",
        )
        expect(
            shares[best] > 0,
            "best_action_left_out",
            "The best action never comes up among the random ones: draw from *all* actions.",
        )
        expect(
            bool(np.all(np.abs(shares - 1 / N_ACTIONS) < TOLERANCE)),
            "not_uniform",
            Message(
                "With epsilon = 1 each of {n} actions should be taken about equally often; yours "
                "have the shares {shares}.",
                n=N_ACTIONS,
                shares=np.round(shares, 2).tolist(),
            ),
        )

    @check(points=1)
    def random_with_probability_epsilon(
        self, student: Student, random: np.random.Generator
    ) -> None:
        epsilon = float(np.round(random.uniform(0.25, 0.35), 2))
        found = [self.shares(student, random, epsilon) for _ in range(4)]
        share = [float(shares[best]) for shares, best in found]
        wanted = 1 - epsilon + epsilon / N_ACTIONS
        expect(
            not all(part in (0, 1) or abs(part - 1 / N_ACTIONS) < TOLERANCE for part in share),
            "one_decision_for_all_states",
            Message(
                "With epsilon = {epsilon} either all states explore or none does. Decide for each "
                "state by itself: draw as many random numbers as there are states.",
                epsilon=epsilon,
            ),
        )
        expect(
            abs(share[0] - wanted) < TOLERANCE,
            "wrong_share",
            Message(
                "With epsilon = {epsilon} and {n} actions the best one should come up in "
                "{wanted:.0%} of the states (a random action may be the best one, too); yours in "
                "{share:.0%}.",
                epsilon=epsilon,
                n=N_ACTIONS,
                wanted=wanted,
                share=share[0],
            ),
        )

    def shares(
        self, student: Student, random: np.random.Generator, epsilon: float
    ) -> tuple[np.ndarray, int]:
        """How often each action is taken in one state, (N_ACTIONS,); and its best action."""
        q = drawn_table(random)
        best = int(random.integers(N_ACTIONS - 1))  # the last may be left out for another reason
        state = int(np.flatnonzero(q.argmax(axis=1) == best)[0])
        chosen = self.actions(student, q, np.full(DRAWS, state), epsilon)
        return np.bincount(chosen, minlength=N_ACTIONS) / DRAWS, best

    def actions(
        self, student: Student, q: np.ndarray, state: np.ndarray, epsilon: float
    ) -> np.ndarray:
        """The student's actions, (n,)."""
        return expect_actions(student.call("epsilon_greedy", q, state, epsilon), len(state))
