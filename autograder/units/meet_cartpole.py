"""meet_cartpole: the loop of an episode, and a rule of thumb (Barto, Sutton, Anderson 1983)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from autograder.agents.rule import PlayedRule
from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close
from autograder.checks.task import Task
from autograder.units.shared.answers import choice_task
from autograder.units.unit import Unit
from autograder.worker.interface import Student, StudentError, StudentObject
from helpers.environments import make_environments

#: What a rule of thumb must reach: the mean score over so many episodes of the grader's own.
RULE_THRESHOLD = 100.0
RULE_EPISODES = 100

play = Task("meet_cartpole/play_episode", requires=("play_episode",))


@play.check("plays_until_the_pole_falls", points=1, blocking=True)
def plays_until_the_pole_falls(student: Student, random: np.random.Generator) -> None:
    _expect_score(student, _Script.draw(random, steps=5, truncated=False))


@play.check("plays_until_time_is_up", points=1)
def plays_until_time_is_up(student: Student, random: np.random.Generator) -> None:
    _expect_score(student, _Script.draw(random, steps=4, truncated=True))


@play.check("one_step_is_an_episode_too", points=0)
def one_step_is_an_episode_too(student: Student, random: np.random.Generator) -> None:
    for truncated in (False, True):
        _expect_score(student, _Script.draw(random, steps=1, truncated=truncated))


@play.check("every_episode_starts_afresh", points=1)
def every_episode_starts_afresh(student: Student, random: np.random.Generator) -> None:
    script = _Script.draw(random, steps=4, truncated=False)
    environment = script.environment(student)
    first = script.score(student, environment)
    try:
        second = script.score(student, environment)
    except CheckFailed:
        second = None
    expect(
        bool(
            np.isclose(_number(first), script.right) and np.isclose(_number(second), script.right)
        ),
        "not_afresh",
        "The same episode twice in the same environment should have the same score twice. Does "
        "your function begin anew each time, with env.reset() and a score of 0?",
    )


rule = Task("meet_cartpole/rule", requires=("rule",))


@rule.check("an_action_for_every_observation", points=1, blocking=True)
def an_action_for_every_observation(student: Student, random: np.random.Generator) -> None:
    observation = random.normal(scale=0.2, size=(20, 4)).astype(np.float32)
    _actions(student.map_rows("rule", observation))


@rule.check("keeps_the_pole_up_for_100_steps_on_average", points=4)
def keeps_the_pole_up(student: Student, random: np.random.Generator) -> None:
    seed = int(random.integers(2**31))
    score = _score_of_the_rule(student, seed)
    if score >= RULE_THRESHOLD:
        return
    said = f"Over {RULE_EPISODES} episodes your rule scores {score:.1f} on average. "
    observation = random.normal(scale=0.1, size=(50, 4)).astype(np.float32)
    pushed = set(_actions(student.map_rows("rule", observation)).tolist())
    if len(pushed) == 1:
        side = "right" if pushed == {1} else "left"
        raise CheckFailed(
            "always_the_same_side",
            said + f"It pushes to the {side}, whatever it sees. Let the action depend on the angle "
            "observation[2]: to which side does the pole lean?",
        )
    if score < 15:
        raise CheckFailed(
            "pushes_the_wrong_way",
            said + "That is worse than chance (22): it pushes away from the side to which the pole "
            "leans. Push the cart under the pole: angle positive, action 1.",
        )
    if score < 30:
        raise CheckFailed(
            "no_better_than_chance",
            said + "Chance gets 22. Look at the angle observation[2] and at the angular velocity "
            "observation[3]; which of the numbers does your rule look at?",
        )
    raise CheckFailed(
        "sees_only_half",
        said + "Not bad: the angle alone gets 42. But a pole that leans to the right and already "
        "swings back to the left needs no push to the right. Take the angular velocity "
        "observation[3] into account, too.",
    )


@dataclass(frozen=True)
class _Script:
    """An episode written down beforehand. The first number of each observation says what to do."""

    observations: np.ndarray  # (steps + 1, 4)
    rewards: np.ndarray  # (steps, 2)
    truncated: bool

    @classmethod
    def draw(cls, random: np.random.Generator, steps: int, truncated: bool) -> _Script:
        """Actions that change, and rewards by which each typical mistake has a score of its own."""
        while True:
            observations = random.normal(size=(steps + 1, 4)).astype(np.float32)
            wanted = np.arange(steps + 1) % 2 == 0  # 1 first: a loop that always plays 0 shows
            observations[:, 0] = np.where(wanted, 1, -1) * (np.abs(observations[:, 0]) + 0.1)
            rewards = random.choice(np.arange(1, 40), size=(steps, 2), replace=False) / 4 - 2.03
            script = cls(observations, rewards, truncated)
            scores = [script.right, *(float(item.values) for item in script.typical_mistakes())]
            if steps == 1 or np.min(np.diff(np.sort(scores))) > 0.01:
                return script

    def environment(self, student: Student) -> Any:
        """This episode as an environment on the student's side."""
        return student.make_helper(
            "scripted.ScriptedEnv", self.observations, self.rewards, self.truncated
        )

    def score(self, student: Student, environment: Any) -> Any:
        """What the student's loop makes of it. Raises CheckFailed for what the script refused."""
        follow = student.make_helper("scripted.FirstNumberRule")
        try:
            return student.call("play_episode", environment, follow)
        except StudentError as error:
            self._explain(error)

    @property
    def right(self) -> float:
        """The sum of the rewards of the actions that the observations ask for."""
        return float(self._paid.sum())

    @property
    def _paid(self) -> np.ndarray:
        """What each step pays, (steps,)."""
        wanted = (self.observations[:-1, 0] > 0).astype(int)
        return self.rewards[np.arange(len(wanted)), wanted]

    def typical_mistakes(self) -> tuple[KnownMistake, ...]:
        """What wrong loops score."""
        paid = self._paid
        first = int(self.observations[0, 0] > 0)
        return (
            KnownMistake(
                "observation_not_updated",
                self.rewards[:, first].sum(),
                "Your rule gets the first observation again and again: after each step, replace "
                "observation by the new one that env.step returned.",
            ),
            KnownMistake(
                "only_the_last_reward",
                paid[-1],
                "That is the last step's reward. The score is the sum of all: score += reward.",
            ),
            KnownMistake(
                "only_the_first_reward",
                paid[0],
                "That is the first step's reward: your function returns after one step. Is the "
                "return inside the loop?",
            ),
            KnownMistake(
                "last_reward_missing",
                paid[:-1].sum(),
                "The reward of the last step is missing: the step that ends the episode pays, too. "
                "Add the reward before you leave the loop.",
            ),
            KnownMistake(
                "steps_counted",
                np.array(len(paid)),
                "You count the steps. On the cart pole that is the same, but elsewhere a step may "
                "pay another reward than 1: add up the rewards.",
            ),
            KnownMistake(
                "rule_not_asked",
                self.rewards[:, 0].sum(),
                "Action 0 was played in every step: ask the rule, action = rule(observation).",
            ),
        )

    def _explain(self, error: StudentError) -> NoReturn:
        """The script's own exceptions, and two frequent ones of Python's, in words."""
        flag = "truncated" if self.truncated else "terminated"
        known = {
            "EpisodeIsOver": (
                f"{flag}_ignored",
                f"The episode was over ({flag} was true), but your loop played on. An episode ends "
                "when it is terminated or truncated.",
            ),
            "ResetNeeded": (
                "reset_missing",
                "A step before the first reset: begin the episode with env.reset().",
            ),
            "RuleGotAPair": (
                "reset_returns_two_things",
                "env.reset() returns two things, the observation and a dictionary: write "
                "observation, info = env.reset().",
            ),
        }
        if error.kind in known:
            raise CheckFailed(*known[error.kind]) from error
        if error.kind == "ValueError" and "unpack" in error.message:
            raise CheckFailed(
                "step_returns_five_things",
                "env.step(action) returns five things: observation, reward, terminated, truncated, "
                "info. (Old tutorials have four: that was Gym before 2022.)",
            ) from error
        raise error


def _expect_score(student: Student, script: _Script) -> None:
    score = script.score(student, script.environment(student))
    expect(
        score is not None,
        "nothing_returned",
        "Your function returns nothing: end it with return score.",
    )
    if not np.isclose(_number(score), script.right):
        again = _number(script.score(student, script.environment(student)))
        expect(
            not np.isclose(again - _number(score), script.right),
            "score_carried_over",
            "The score goes on where the episode before ended. Set it to 0 inside the function, "
            "when the episode begins.",
        )
    expect_close(
        score,
        np.array(script.right),
        "wrong_score",
        "The score should be the sum of all rewards of one episode, each for the action that the "
        "rule chose for the observation of that moment.",
        known_mistakes=script.typical_mistakes(),
    )


def _number(score: object) -> float:
    """The score as a number; nan if it is none."""
    if isinstance(score, (int, float, np.ndarray)) and np.shape(score) == ():
        return float(score)
    return float("nan")


def _actions(answers: list[Any]) -> np.ndarray:
    """The rule's actions, (n,) int64; wrong if one of them is anything else than 0 or 1."""
    for answer in answers:
        value = answer[()] if isinstance(answer, np.ndarray) and answer.shape == () else answer
        expect(
            value is not None,
            "nothing_returned",
            "Your rule returns nothing, at least sometimes: every way through it needs a return.",
        )
        expect(
            not isinstance(value, np.bool_),
            "truth_instead_of_an_action",
            "A comparison of NumPy numbers is NumPy's True or False, which the environment refuses "
            "as an action. Make it a number: int(...).",
        )
        expect(
            isinstance(value, (int, np.integer)) and value in (0, 1),
            "not_an_action",
            f"An action is the whole number 0 (left) or 1 (right); your rule returned "
            f"{_shown(value)}.",
        )
    return np.array([int(answer) for answer in answers], dtype=np.int64)


def _shown(value: object) -> str:
    if isinstance(value, StudentObject):
        return f"a {value.kind}"
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else repr(value)[:40]


def _score_of_the_rule(student: Student, seed: int) -> float:
    """Mean score over episodes in a cart pole of the grader's own.

    The episodes end where the mean has reached the threshold: more of them would change nothing.
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


UNIT = Unit(
    name="meet_cartpole",
    title="Meet the cart pole",
    about="the loop of an episode, and a rule of thumb; you also play the game yourself",
    assignment="1_meet_cartpole",
    framework=None,
    tasks=(
        play,
        rule,
        choice_task("meet_cartpole/diagnosis", digest="b1e93e3bf81de84a"),
    ),
    played=PlayedRule(threshold=RULE_THRESHOLD, environment="CartPole-v1"),
)
