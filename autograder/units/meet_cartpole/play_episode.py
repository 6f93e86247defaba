"""The loop of an episode, asked with scripted episodes."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import CheckFailed, expect, expect_close
from autograder.checks.task import Task, check
from autograder.units.meet_cartpole.script import Script
from autograder.worker.interface import Student


class PlayEpisodeTask(Task):
    """`play_episode(env, rule)`: the score of one episode."""

    requires = ("play_episode",)

    @check(points=1, blocking=True)
    def plays_until_the_pole_falls(self, student: Student, random: np.random.Generator) -> None:
        _expect_score(student, Script.draw(random, steps=5, truncated=False))

    @check(points=1)
    def plays_until_time_is_up(self, student: Student, random: np.random.Generator) -> None:
        _expect_score(student, Script.draw(random, steps=4, truncated=True))

    @check(points=0)
    def one_step_is_an_episode_too(self, student: Student, random: np.random.Generator) -> None:
        for truncated in (False, True):
            _expect_score(student, Script.draw(random, steps=1, truncated=truncated))

    @check(points=1)
    def every_episode_starts_afresh(self, student: Student, random: np.random.Generator) -> None:
        script = Script.draw(random, steps=4, truncated=False)
        environment = script.environment(student)
        first = script.score(student, environment)
        try:
            second = script.score(student, environment)
        except CheckFailed:
            second = None
        expect(
            bool(
                np.isclose(_number(first), script.right)
                and np.isclose(_number(second), script.right)
            ),
            "not_afresh",
            "The same episode twice in the same environment should have the same score twice. Does "
            "your function begin anew each time, with env.reset() and a score of 0?",
        )


def _expect_score(student: Student, script: Script) -> None:
    score = script.score(student, script.environment(student))
    expect(
        score is not None,
        "nothing_returned",
        "Your function returns nothing. End it with return score.",
    )
    if not np.isclose(_number(score), script.right):
        again = _number(script.score(student, script.environment(student)))
        expect(
            not np.isclose(again - _number(score), script.right),
            "score_carried_over",
            "The score continues where the episode before ended. Set it to 0 inside the function, "
            "when the episode begins.",
        )
    expect_close(
        score,
        np.array(script.right),
        "wrong_score",
        "The score should be the sum of all rewards of one episode, each for the action that the "
        "rule chose for the observation of that moment.",
        known_mistakes=script.known_mistakes(),
    )


def _number(score: object) -> float:
    """The score as a number; nan if it is none."""
    if isinstance(score, (int, float, np.ndarray)) and np.shape(score) == ():
        return float(score)
    return float("nan")
