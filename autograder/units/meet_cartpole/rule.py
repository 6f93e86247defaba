"""A rule of thumb for the cart pole: it must score enough in a hundred episodes."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.worker.interface import Student, StudentObject
from helpers.environments import make_environments

#: What a rule of thumb must reach: the mean score over some episodes of the grader's own.
RULE_THRESHOLD = 100.0
RULE_EPISODES = 100


class RuleTask(Task):
    """`rule(observation)`: the action, 0 or 1, for four numbers."""

    requires = ("rule",)

    @check(points=1, blocking=True)
    def an_action_for_every_observation(
        self, student: Student, random: np.random.Generator
    ) -> None:
        observation = random.normal(scale=0.2, size=(20, 4)).astype(np.float32)
        _actions(student.map_rows("rule", observation))

    @check(points=4)
    def keeps_the_pole_up_for_100_steps_on_average(
        self, student: Student, random: np.random.Generator
    ) -> None:
        score = _score_of_the_rule(student, int(random.integers(2**31)))
        if score < RULE_THRESHOLD:
            observation = random.normal(scale=0.1, size=(50, 4)).astype(np.float32)
            mistake, advice = _likely_mistake(
                score, _actions(student.map_rows("rule", observation))
            )
            observed = Message(
                "Over {episodes} episodes your rule scores {score:.1f} on average.",
                episodes=RULE_EPISODES,
                score=score,
            )
            raise CheckFailed(mistake, Message.joined(observed, advice))


def _likely_mistake(score: float, actions: np.ndarray) -> tuple[str, str]:
    """The mistake and what to try, by the score and the answers to some observations, (n,)."""
    if len(set(actions.tolist())) == 1:
        return "always_the_same_side", Message(
            "It always pushes to the {side}. Let the action depend on the angle observation[2]: to "
            "which side does the pole lean?",
            side="right" if actions[0] == 1 else "left",
        )
    if score < 15:
        return "pushes_the_wrong_way", (
            "That is worse than random actions (22): it pushes away from the side to which the "
            "pole leans. Push the cart under the pole: angle positive, action 1."
        )
    if score < 30:
        return "no_better_than_chance", (
            "Random actions get 22. Look at the angle observation[2] and at the angular velocity "
            "observation[3]. Which of the numbers does your rule look at?"
        )
    return "sees_only_half", (
        "Not bad: the angle alone gets 42. But a pole that leans to the right and already swings "
        "back to the left needs no push to the right. Also use the angular velocity, "
        "observation[3]."
    )


def _actions(answers: list[Any]) -> np.ndarray:
    """The rule's actions, (n,) int64. Raises CheckFailed if one is neither 0 nor 1."""
    for answer in answers:
        value = answer[()] if isinstance(answer, np.ndarray) and answer.shape == () else answer
        expect(
            value is not None,
            "nothing_returned",
            "Your rule returns nothing, at least sometimes: every branch needs a return.",
        )
        expect(
            not isinstance(value, np.bool_),
            "truth_instead_of_an_action",
            "A comparison of NumPy numbers gives NumPy's True or False, which the environment does "
            "not accept as an action. Make it a number: int(...).",
        )
        expect(
            isinstance(value, (int, np.integer)) and value in (0, 1),
            "not_an_action",
            Message(
                "An action is the whole number 0 (left) or 1 (right). Your rule returned {value}.",
                value=_shown(value),
            ),
        )
    return np.array([int(answer) for answer in answers], dtype=np.int64)


def _shown(value: object) -> str:
    if isinstance(value, StudentObject):
        return f"a {value.kind}"
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else repr(value)[:40]


def _score_of_the_rule(student: Student, seed: int) -> float:
    """Mean score over episodes in a cart pole of the grader's own.

    Play stops when the mean has reached the threshold: more steps would change nothing.
    """
    environments = make_environments("CartPole-v1", RULE_EPISODES)
    observation, _ = environments.reset(seed=seed)
    running = np.arange(RULE_EPISODES)
    actions = np.zeros(RULE_EPISODES, dtype=np.int64)
    total = 0.0
    while len(running) and total < RULE_THRESHOLD * RULE_EPISODES:
        actions[running] = _actions(student.map_rows("rule", observation[running]))
        observation, reward, terminated, truncated, _ = environments.step(actions)
        total += float(reward[running].sum())
        running = running[~(terminated | truncated)[running]]
    environments.close()
    return total / RULE_EPISODES
