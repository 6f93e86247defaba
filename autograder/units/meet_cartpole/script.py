"""A scripted episode: what a student's loop did with it shows in the score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake
from autograder.messages import Message
from autograder.worker.interface import Student, StudentError


@dataclass(frozen=True)
class Script:
    """A fixed episode, in which the first number of each observation gives the right action."""

    observations: np.ndarray  # (steps + 1, 4)
    rewards: np.ndarray  # (steps, 2)
    truncated: bool

    @classmethod
    def draw(cls, random: np.random.Generator, steps: int, truncated: bool) -> Script:
        """Actions that alternate, and rewards that give each typical mistake a score of its own."""
        while True:
            observations = random.normal(size=(steps + 1, 4)).astype(np.float32)
            wanted = np.arange(steps + 1) % 2 == 0  # 1 first: a loop that always plays 0 shows
            observations[:, 0] = np.where(wanted, 1, -1) * (np.abs(observations[:, 0]) + 0.1)
            rewards = random.choice(np.arange(1, 40), size=(steps, 2), replace=False) / 4 - 2.03
            script = cls(observations, rewards, truncated)
            scores = [script.right, *(float(item.values) for item in script.known_mistakes())]
            if steps == 1 or np.min(np.diff(np.sort(scores))) > 0.01:
                return script

    def environment(self, student: Student) -> Any:
        """This episode as an environment on the student's side."""
        return student.make_helper(
            "scripted.ScriptedEnv", self.observations, self.rewards, self.truncated
        )

    def score(self, student: Student, environment: Any) -> Any:
        """The student's score of it. Raises CheckFailed for what the script refused."""
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

    def known_mistakes(self) -> tuple[KnownMistake, ...]:
        """What wrong loops score."""
        paid = self._paid
        first = int(self.observations[0, 0] > 0)
        return (
            KnownMistake(
                "observation_not_updated",
                self.rewards[:, first].sum(),
                "Your rule gets the first observation again and again. After each step, replace "
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
                "The reward of the last step is missing: the step that ends the episode counts, "
                "too. Add the reward before you leave the loop.",
            ),
            KnownMistake(
                "steps_counted",
                np.array(len(paid)),
                "You count the steps. On the cart pole that is the same, but elsewhere a reward "
                "may differ from 1: add up the rewards.",
            ),
            KnownMistake(
                "rule_not_asked",
                self.rewards[:, 0].sum(),
                "Action 0 was played in every step. Ask the rule: action = rule(observation).",
            ),
        )

    def _explain(self, error: StudentError) -> NoReturn:
        """Say in words what the script's own exceptions and a frequent one of Python's mean."""
        known = {
            "EpisodeIsOver": (
                "truncated_ignored" if self.truncated else "terminated_ignored",
                Message(
                    "The episode was over ({flag} was true), but your loop continued. An episode "
                    "ends when it is terminated or truncated.",
                    flag="truncated" if self.truncated else "terminated",
                ),
            ),
            "ResetNeeded": (
                "reset_missing",
                "There was a step before the first reset: begin the episode with env.reset().",
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
