"""A rule of thumb for the cart pole: it must score enough in a hundred episodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.examples.episodes import RULE
from autograder.worker.interface import Student, StudentObject
from helpers.environments import make_environments

#: What a rule of thumb must reach: the mean score over some episodes of the grader's own.
RULE_THRESHOLD = 100.0
RULE_EPISODES = 100
#: A mean over these that is well above it needs no closer look.
CLEAR = 120.0
#: Most episodes of the closer look, which ends when the mean is so many standard errors away from
#: the threshold: nearer to it, a hundred episodes decide nothing.
MOST = 400
SURE = 4.0
#: Observations about which a rule that scores too little is asked, and how strongly its actions
#: must follow one of the four numbers to count as looking at it.
ASKED = 2001  # odd: a rule that takes turns answers otherwise at a second asking
SEEN = 0.2
#: How far the share of pushes to the right may be from a half, if both sides are treated alike.
LOPSIDED = 0.2
#: Sizes of the numbers in the first observations that a rule gets: some poles hardly lean.
SIZES = np.tile(np.geomspace(0.001, 0.2, 10), 20)[:, np.newaxis]  # (200, 1)


class RuleTask(Task):
    """`rule(observation)`: the action, 0 or 1, for four numbers."""

    requires = ("rule",)
    examples = (RULE,)

    @check(points=1, blocking=True)
    def an_action_for_every_observation(
        self, student: Student, random: np.random.Generator
    ) -> None:
        observation = (SIZES * random.normal(size=(len(SIZES), 4))).astype(np.float32)
        observation[0] = 0.001  # a rule that keeps the first one for ever always keeps the same
        _actions(student.map_rows("rule", observation))

    @check(points=2)
    def keeps_the_pole_up_for_100_steps_on_average(
        self, student: Student, random: np.random.Generator
    ) -> None:
        seed = int(random.integers(2**31))
        if _score_in_parallel(student, seed) >= CLEAR:
            return
        # A rule may remember what it saw before: it is asked about one episode after the other.
        scores = _scores_in_turn(student, seed)
        if np.mean(scores) < RULE_THRESHOLD:
            observed = Message(
                "Over {episodes} episodes your rule scores {score:.1f} on average.",
                episodes=len(scores),
                score=np.mean(scores),
            )
            mistake, advice = Looks.of(student).explained()
            raise CheckFailed(mistake, Message.joined(observed, advice))


@dataclass(frozen=True)
class Looks:
    """What a rule's actions depend on, measured over many observations."""

    sides: frozenset[int]  # the actions that occur
    fast: frozenset[int]  # the actions for poles that lean and swing fast to the right
    steady: bool  # whether the same observation gets the same action
    right: float  # share of pushes to the right
    weights: np.ndarray  # (4,), correlation of the action with each number

    @classmethod
    def of(cls, student: Student) -> Looks:
        """Ask the rule about many observations, all numbers of the same size, and once more.

        They are always the same ones, so that the same rule is always explained in the same way.
        """
        random = np.random.default_rng(1)
        observation = random.normal(scale=0.1, size=(ASKED, 4)).astype(np.float32)
        first, second = (_actions(student.map_rows("rule", observation)) for _ in range(2))
        fast = random.uniform((-0.1, -0.1, 0.1, 1.2), (0.1, 0.1, 0.2, 2.6), size=(100, 4))
        centred = first - first.mean()
        spread = float(np.sqrt((centred**2).sum())) or 1.0
        lengths = np.sqrt((observation**2).sum(axis=0))
        return cls(
            frozenset(first.tolist()),
            frozenset(_actions(student.map_rows("rule", fast.astype(np.float32))).tolist()),
            bool(np.mean(first == second) > 0.95),
            float(first.mean()),
            observation.T @ centred / (spread * lengths),
        )

    def explained(self) -> tuple[str, str]:
        """The mistake, as far as it was measured, and what to try."""
        if len(self.sides) == 1:
            return self._one_sided()
        if not self.steady:
            return "drawn_at_random", (
                "The same observation gets different actions: they are drawn at random, or depend "
                "on the number of the call. Random actions get 22: let the action depend on the "
                "angle observation[2] and the angular velocity observation[3]."
            )
        mistake, advice = self._followed()
        return mistake, Message.joined(advice, self._elsewhere())

    def _one_sided(self) -> tuple[str, str]:
        """A rule with a single action for ordinary poles, and perhaps another for fast ones."""
        side = "right" if 1 in self.sides else "left"
        if self.fast - self.sides:
            return "only_when_it_is_fast", Message(
                "As long as the numbers are small, it always pushes to the {side}; only a pole "
                "that swings fast changes that. The angle is in radians and stays below 0.21: a "
                "limit like 1 is reached too late, compare with 0. If you use int(...): it cuts "
                "off the decimals, int(0.9) is 0. Compare first: int(... > 0).",
                side=side,
            )
        return "always_the_same_side", Message(
            "It always pushes to the {side}, for each of {asked} observations that were tried. "
            "Does the action depend on the argument observation, and on no other variable such as "
            "env? To which side does the pole lean: observation[2] > 0? (The angle is in radians "
            "and stays below 0.21, so int(observation[2]) is always 0.)",
            side=side,
            asked=ASKED,
        )

    def _elsewhere(self) -> str:
        """Which numbers of the cart, not of the pole, the actions follow."""
        names = [
            name
            for name, weight in zip(
                ("observation[0], the cart's position", "observation[1], the cart's velocity"),
                self.weights,
                strict=False,
            )
            if abs(weight) > SEEN
        ]
        if not names:
            return ""
        return Message("It follows {names}.", names=" and ".join(names))

    def _followed(self) -> tuple[str, str]:
        """How the actions follow the angle and the angular velocity."""
        _, _, angle, velocity = self.weights
        if not 0.5 - LOPSIDED < self.right < 0.5 + LOPSIDED:
            return "one_side_mostly", Message(
                "It was asked about {asked} poles that lean to both sides alike, and pushed to the "
                "right in {share:.0%} of the cases, where half would be right. There is no pause: "
                "0 is a push to the left, 1 one to the right. Treat both sides alike, for example "
                "by a comparison with 0.",
                asked=ASKED,
                share=self.right,
            )
        if angle < -SEEN:
            return "pushes_the_wrong_way", (
                "It pushes away from the side to which the pole leans. Push the cart under the "
                "pole: angle positive, action 1."
            )
        if velocity < -SEEN:
            return "velocity_with_the_wrong_sign", (
                "It uses the angular velocity observation[3] with the wrong sign: a pole that "
                "swings to the right (positive) needs a push to the right, action 1."
            )
        if angle > SEEN and velocity > SEEN:
            return "wrong_weights", (
                "It uses angle and angular velocity, both with the right sign. Try other weights: "
                "how much should the angular velocity count beside the angle?"
            )
        if angle > SEEN:
            return "sees_only_half", (
                "It looks at the angle, but hardly at the angular velocity: the angle alone gets "
                "42. A pole that leans to the right and already swings back to the left "
                "needs no push to the right. Also use observation[3], with a weight that counts "
                "(or how far the angle changed since the step before, remembered anew each step)."
            )
        if velocity > SEEN:
            return "sees_only_the_velocity", (
                "It looks at the angular velocity, but hardly at the angle. A pole that leans and "
                "does not move falls, too. Also use observation[2]."
            )
        return "looks_elsewhere", (
            "Its actions hardly depend on the angle observation[2] and the angular velocity "
            "observation[3]. Which of the four numbers does your rule look at?"
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
                "An action is the whole number 0 (left) or 1 (right). Your rule returned {value}. "
                "int(...) makes a whole number of a comparison like angle > 0.",
                value=_shown(value),
            ),
        )
    return np.array([int(answer) for answer in answers], dtype=np.int64)


def _shown(value: object) -> str:
    if isinstance(value, StudentObject):
        return f"a {value.kind}"
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else repr(value)[:40]


def _score_in_parallel(student: Student, seed: int) -> float:
    """Mean score over episodes in a cart pole of the grader's own, played all at once.

    Play stops when the mean is clear: more steps would change nothing.
    """
    environments = make_environments("CartPole-v1", RULE_EPISODES)
    observation, _ = environments.reset(seed=seed)
    running = np.arange(RULE_EPISODES)
    actions = np.zeros(RULE_EPISODES, dtype=np.int64)
    total = 0.0
    while len(running) and total < CLEAR * RULE_EPISODES:
        actions[running] = _actions(student.map_rows("rule", observation[running]))
        observation, reward, terminated, truncated, _ = environments.step(actions)
        total += float(reward[running].sum())
        running = running[~(terminated | truncated)[running]]
    environments.close()
    return total / RULE_EPISODES


def _scores_in_turn(student: Student, seed: int) -> list[float]:
    """Scores of episodes that are played one after the other, until their mean is clear."""
    environments = make_environments("CartPole-v1", 1)
    scores: list[float] = []
    while len(scores) < RULE_EPISODES or (len(scores) < MOST and not _is_clear(scores)):
        observation, _ = environments.reset(seed=seed + len(scores))
        score, over = 0.0, False
        while not over:
            action = _actions(student.map_rows("rule", observation))
            observation, reward, terminated, truncated, _ = environments.step(action)
            score += float(reward[0])
            over = bool(terminated[0] or truncated[0])
        scores.append(score)
    environments.close()
    return scores


def _is_clear(scores: list[float]) -> bool:
    """Whether the mean lies far from the threshold, measured by its standard error."""
    error = np.std(scores) / np.sqrt(len(scores))
    return bool(abs(np.mean(scores) - RULE_THRESHOLD) > SURE * error)
