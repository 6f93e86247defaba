"""The agent: how it acts, and what it learns from one step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.worker.interface import Student, StudentError, StudentObject
from helpers import Transition
from my_course.tabular_q.actions import (
    DRAWS,
    N_ACTIONS,
    N_STATES,
    TOLERANCE,
    drawn_table,
    expect_actions,
)
from my_course.tabular_q.learning import STEPS, Steps

#: None of them is the notebook's own: an agent that uses those shows.
GAMMA, ALPHA, EPSILON = 0.6, 0.3, 0.9


class QLearning(Task):
    """`QLearningAgent(n_states, n_actions, gamma, alpha, epsilon)`: act and train."""

    requires = ("QLearningAgent",)

    @check(points=1)
    def is_greedy_without_exploring(self, student: Student, random: np.random.Generator) -> None:
        agent, q = self.new_agent(student, random)
        share = _share_of_best(q, lambda state: agent.call("act", state, explore=False), random)
        if _is_own_share(student, q, 0.0, share, random):
            return  # a mistake in epsilon_greedy is charged there
        expect(
            share == 1,
            "not_greedy",
            "With explore=False each state should get the best action of the table self.q. Is "
            "epsilon 0 then, or is another table asked?",
        )

    @check(points=1)
    def explores(self, student: Student, random: np.random.Generator) -> None:
        agent, q = self.new_agent(student, random)
        share = _share_of_best(q, lambda state: agent.call("act", state), random)
        if _is_own_share(student, q, EPSILON, share, random):
            return
        expect(
            share < 1,
            "never_explores",
            "With explore=True all actions were the best ones, though self.epsilon is 0.9.",
        )
        expect(
            abs(share - (1 - EPSILON + EPSILON / N_ACTIONS)) < 2 * TOLERANCE,
            "epsilon_ignored",
            Message(
                "With self.epsilon = 0.9 the best action should come up in about a third of the "
                "states, yours in {share:.0%}. Use self.epsilon.",
                share=share,
            ),
        )

    @check(points=2)
    def learns_from_each_step(self, student: Student, random: np.random.Generator) -> None:
        agent, q = self.new_agent(student, random)
        steps = Steps.draw(random)
        truncated = np.isin(np.arange(STEPS), (2, 3))
        agent.call(
            "train",
            Transition(
                steps.state, steps.action, steps.reward, steps.next_state, steps.terminated,
                truncated, np.arange(STEPS),
            ),
        )  # fmt: skip
        after = table_of(agent)
        own = _by_own_functions(student, q, steps)
        if own is not None and np.allclose(after, own):
            return  # a mistake in td_target or update is charged there
        expect(
            not np.array_equal(after, q),
            "learns_nothing",
            "train leaves self.q as it was. Compute the targets, and give them to update.",
        )
        cut = steps._replace(terminated=steps.terminated | truncated)
        expect_close(
            after,
            _learned(q, steps, GAMMA),
            "learns_something_else",
            "After one call of train, self.q is not what td_target and update make of the step. "
            "Look at what they are given: the values are self.gamma and self.alpha.",
            known_mistakes=(
                KnownMistake(
                    "time_limit_taken_for_the_end",
                    _learned(q, cut, GAMMA),
                    "An episode that was cut by the time limit would have gone on, so its last "
                    "step has a next value. Use terminated, without truncated.",
                ),
                KnownMistake(
                    "gamma_ignored",
                    _learned(q, steps, 1.0),
                    "The agent was made with gamma = 0.6, but learns with 1. Use self.gamma.",
                ),
            ),
        )

    def new_agent(
        self, student: Student, random: np.random.Generator
    ) -> tuple[StudentObject, np.ndarray]:
        """An agent with a table that was drawn, and this table."""
        agent = student.call("QLearningAgent", N_STATES, N_ACTIONS, GAMMA, ALPHA, EPSILON)
        if not isinstance(agent, StudentObject):
            raise CheckFailed("no_agent", "QLearningAgent(...) should make an agent.")
        q = drawn_table(random)
        agent.set("q", q)
        return agent, q


def table_of(agent: StudentObject) -> np.ndarray:
    """The agent's table, (N_STATES, N_ACTIONS)."""
    return expect_shape(
        agent.get("q"),
        (N_STATES, N_ACTIONS),
        "no_table",
        "self.q should be the table after train, as before. update returns nothing, so do not "
        "assign its result.",
    )


def _share_of_best(
    q: np.ndarray, act: Callable[[np.ndarray], object], random: np.random.Generator
) -> float:
    """The part of the states that get their best action."""
    state = random.integers(N_STATES, size=DRAWS)
    return float(np.mean(expect_actions(act(state), DRAWS) == q[state].argmax(axis=1)))


def _is_own_share(
    student: Student, q: np.ndarray, epsilon: float, share: float, random: np.random.Generator
) -> bool:
    """Whether the student's own epsilon_greedy takes the best action as often."""
    try:
        own = _share_of_best(
            q, lambda state: student.call("epsilon_greedy", q, state, epsilon), random
        )
    except (StudentError, CheckFailed):
        return False
    return abs(own - share) < 2 * TOLERANCE


def _learned(q: np.ndarray, steps: Steps, gamma: float) -> np.ndarray:
    """The table after these steps."""
    table, cells = q.copy(), (steps.state, steps.action)
    table[cells] += ALPHA * (steps.targets(q, gamma) - q[cells])
    return table


def _by_own_functions(student: Student, q: np.ndarray, steps: Steps) -> np.ndarray | None:
    """The table that the student's own td_target and update make; None if they fail."""
    try:
        target = student.call(
            "td_target", q, steps.reward, steps.next_state, steps.terminated, GAMMA
        )
        table = student.put(q)
        student.call("update", table, steps.state, steps.action, target, ALPHA)
        after = student.fetch(table)
    except StudentError:
        return None
    same_shape = isinstance(after, np.ndarray) and after.shape == q.shape
    return after if same_shape and not np.array_equal(after, q) else None
