"""A scripted episode: what a student's loop did with it shows in the score."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, NoReturn

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close
from autograder.messages import Message
from autograder.worker.interface import Student, StudentError


class Ending(Enum):
    """The flags of an episode's last step: terminated, truncated."""

    TERMINATED = (True, False)
    TRUNCATED = (False, True)
    BOTH = (True, True)


class Played(NamedTuple):
    """What a student's loop made of a script."""

    score: Any
    steps: int  # that the environment made
    asked: int  # how often the rule was asked


@dataclass(frozen=True)
class Script:
    """A fixed episode, in which the first number of each observation gives the right action."""

    observations: np.ndarray  # (steps + 1, 4)
    rewards: np.ndarray  # (steps, 2)
    ending: Ending

    @classmethod
    def draw(cls, random: np.random.Generator, steps: int, ending: Ending) -> Script:
        """Actions that alternate, and rewards that give each typical mistake a score of its own."""
        while True:
            observations = random.normal(size=(steps + 1, 4)).astype(np.float32)
            number = np.arange(steps + 1)
            wanted = number % 2 == 0  # 1 first: a loop that always plays 0 shows
            observations[:, 0] = np.where(wanted, 1, -1) * random.uniform(0.1, 2, size=steps + 1)
            # The pole leans too far half-way, and the episode goes on: only the flags end it.
            angle = random.uniform(0.02, 0.18, size=steps + 1)
            observations[:, 2] = np.where(number <= steps // 2, angle, 2 * angle + 0.25)
            rewards = random.integers(1, 40, size=(steps, 2)) / 4 - 2.03
            script = cls(observations, rewards, ending)
            scores = [script.right, *(float(item.values) for item in script.known_mistakes())]
            if steps == 1 or np.min(np.diff(np.sort(scores))) > 0.01:
                return script

    def environment(self, student: Student) -> Any:
        """This episode as an environment on the student's side."""
        return student.make_helper(
            "scripted.ScriptedEnv", self.observations, self.rewards, *self.ending.value
        )

    def play(self, student: Student, environment: Any) -> Played:
        """Let the student's loop play it. Raises CheckFailed for what the script refused."""
        rule = student.make_helper("scripted.FirstNumberRule")
        before = environment.get("steps")
        try:
            score = student.call("play_episode", environment, rule)
        except StudentError as error:
            self._expect_rule_asked(environment.get("steps") - before, rule.get("asked"))
            self._explain(error)
        return Played(score, environment.get("steps") - before, rule.get("asked"))

    def is_right(self, score: object) -> bool:
        """Whether the score is the sum of the rewards, but for rounding."""
        return bool(np.isclose(number_of(score), self.right, rtol=1e-4, atol=1e-4))

    def knows(self, score: object) -> bool:
        """Whether a known mistake has this score."""
        return any(np.isclose(number_of(score), item.values) for item in self.known_mistakes())

    def expect_score(self, played: Played) -> None:
        """Raise CheckFailed unless the score is right."""
        # An action that the rule did not choose can still be right by coincidence.
        self._expect_rule_asked(played.steps, played.asked)
        if not self.is_right(played.score):
            self._expect_steps(played)
            self._expect_the_whole_episode(played)
        expect_close(
            played.score,
            np.array(self.right),
            "wrong_score",
            Message(
                "Your score is {score}, the rewards of the episode add up to {right:.2f}. Add up "
                "all rewards, just as env.step returned them.",
                score=played.score,
                right=self.right,
            ),
            known_mistakes=self.known_mistakes(),
        )

    def expect_asked_once_a_step(self, played: Played) -> None:
        """Raise CheckFailed if the rule was asked more often; once more after the end is fine."""
        expect(
            played.asked <= played.steps + 1,
            "asked_too_often",
            Message(
                "In an episode of {steps} steps your function called the rule {asked} times. A "
                "rule may draw its actions, or remember what it saw: call it once a step and keep "
                "its answer, action = rule(observation).",
                steps=played.steps,
                asked=played.asked,
            ),
        )

    def _expect_rule_asked(self, steps: int, asked: int) -> None:
        expect(
            asked > 0 or steps == 0,
            "rule_not_asked",
            Message(
                "In an episode of {steps} step(s) the rule was not asked for any action. Each "
                "action, the first one too, comes from it: action = rule(observation).",
                steps=steps,
            ),
        )
        expect(
            steps <= asked,
            "several_steps_a_turn",
            Message(
                "env.step made {steps} steps, but the rule was asked for only {asked} actions. "
                "Each action, the first one too, comes from the rule. Call env.step once in each "
                "turn of the loop, and take all five results from that call.",
                steps=steps,
                asked=asked,
            ),
        )

    def _expect_steps(self, played: Played) -> None:
        expect(
            played.steps > 0 or played.asked == 0,
            "another_environment",
            Message(
                "Your function asked the rule for {asked} actions, but the environment that it was "
                "given made no step. Call env.reset() and env.step(action) of the argument env, "
                "not of an environment that is made inside the function.",
                asked=played.asked,
            ),
        )
        expect(
            played.steps > 0,
            "no_step",
            Message(
                "Your function returned {score} before the first env.step. Only the flags of "
                "env.step say when an episode is over, terminated or truncated: the numbers of an "
                "observation do not.",
                score=played.score,
            ),
        )

    def _expect_the_whole_episode(self, played: Played) -> None:
        partial = float(self.paid[: played.steps].sum())
        expect(
            played.steps in (0, 1)
            or played.steps >= len(self.paid)
            or not np.isclose(number_of(played.score), partial),
            "stopped_early",
            Message(
                "Your loop stopped after {steps} steps, the episode has {all}. It ends when "
                "env.step says terminated or truncated, however long that takes and whatever is "
                "observed.",
                steps=played.steps,
                all=len(self.paid),
            ),
        )

    @property
    def right(self) -> float:
        """The sum of the rewards of the actions that the observations ask for."""
        return float(self.paid.sum())

    @property
    def paid(self) -> np.ndarray:
        """What each step pays, (steps,)."""
        return self.rewards[np.arange(len(self._wanted)), self._wanted]

    @property
    def _wanted(self) -> np.ndarray:
        """The actions that the observations ask for, (steps,)."""
        return (self.observations[:-1, 0] > 0).astype(int)

    def known_mistakes(self) -> tuple[KnownMistake, ...]:
        """What wrong loops score."""
        paid = self.paid
        first = int(self.observations[0, 0] > 0)
        return (
            KnownMistake(
                "observation_not_updated",
                self.rewards[:, first].sum(),
                "Your rule gets the first observation again and again. After each step, replace "
                "observation by the new one that env.step returned.",
            ),
            KnownMistake(
                "one_step_late",
                self.rewards[np.arange(len(paid)), self._wanted[[0, *range(len(paid) - 1)]]].sum(),
                "Your rule is always one observation behind: the action for a step was chosen from "
                "the observation before the newest. Call rule(observation) after observation was "
                "replaced by the new one.",
            ),
            KnownMistake(
                "only_the_last_reward",
                paid[-1],
                "That is the last step's reward. The score is the sum of all: score += reward.",
            ),
            KnownMistake(
                "only_the_first_reward",
                paid[0],
                "That is the first step's reward: your function returns after one step, and the "
                "episode was not over. Is the return inside the loop, but outside of the if?",
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
                "mean_instead_of_sum",
                paid.mean(),
                "That is the mean of the rewards. The score is their sum.",
            ),
            *(
                KnownMistake(
                    "discounted",
                    (paid * gamma ** np.arange(len(paid))).sum(),
                    "The rewards are discounted. The score of an episode is their plain sum.",
                )
                for gamma in (0.99, 0.95, 0.9)
            ),
        )

    def _explain(self, error: StudentError) -> NoReturn:
        """Say in words what the script's own exceptions and a frequent one of Python's mean."""
        known = {
            "EpisodeIsOver": self._played_on(),
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
        if error.kind == "AttributeError" and "FirstNumberRule" in error.message:
            raise CheckFailed(
                "rule_is_a_function",
                Message(
                    "The rule is a plain function without methods ({where}). Call it: action = "
                    "rule(observation).",
                    where=error.where,
                ),
            ) from error
        raise error

    def _played_on(self) -> tuple[str, str]:
        if self.ending is Ending.BOTH:
            return "not_both_at_once", (
                "The episode was over, terminated and truncated at once, but your loop continued. "
                "One of the two is enough: terminated or truncated. != and ^ leave out the case "
                "that both are true."
            )
        terminated, _ = self.ending.value
        return "terminated_ignored" if terminated else "truncated_ignored", Message(
            "The episode was over ({flag} was true), but your loop continued. An episode ends when "
            "it is terminated or truncated.",
            flag="terminated" if terminated else "truncated",
        )


def number_of(score: object) -> float:
    """The score as a number; nan if it is none."""
    if isinstance(score, (int, float, np.ndarray)) and np.shape(score) == ():
        return float(score)
    return float("nan")
