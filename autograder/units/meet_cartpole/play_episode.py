"""The loop of an episode, asked with scripted episodes."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.meet_cartpole.script import Ending, Script, number_of
from autograder.units.shared.examples.episodes import LOOP
from autograder.worker.interface import Student


class PlayEpisodeTask(Task):
    """`play_episode(env, rule)`: the score of one episode."""

    requires = ("play_episode",)
    examples = (LOOP,)

    @check(points=1, blocking=True)
    def plays_until_the_pole_falls(self, student: Student, random: np.random.Generator) -> None:
        _expect_score(student, random, 5, Ending.TERMINATED)

    @check(points=1)
    def plays_until_time_is_up(self, student: Student, random: np.random.Generator) -> None:
        long = int(random.integers(450, 499))  # at 500 steps every cart pole is truncated
        for steps, ending in (
            (4, Ending.TRUNCATED),
            (1, Ending.TERMINATED),
            (1, Ending.TRUNCATED),
            (6, Ending.BOTH),
            (long, Ending.TERMINATED),
        ):
            _expect_score(student, random, steps, ending)

    @check(points=1)
    def every_episode_starts_afresh(self, student: Student, random: np.random.Generator) -> None:
        script = Script.draw(random, 4, Ending.TERMINATED)
        environment = script.environment(student)
        played = script.play(student, environment)
        first = played.score
        try:
            second = script.play(student, environment).score
        except CheckFailed:
            second = None
        expect(
            script.is_right(first) and script.is_right(second),
            "not_afresh",
            Message(
                "The same episode twice in the same environment should have the same score twice, "
                "{right:.2f}; yours are {first} and {second}. Does your function begin anew each "
                "time, with env.reset() and a score of 0?",
                right=script.right,
                first=first,
                second=second,
            ),
        )
        script.play(student, environment)
        _expect_no_fixed_seed(environment.get("seeds"))
        script.expect_asked_once_a_step(played)


def _expect_score(
    student: Student, random: np.random.Generator, steps: int, ending: Ending
) -> None:
    """Raise CheckFailed unless the student's loop plays such an episode to its end."""
    script = Script.draw(random, steps, ending)
    played = script.play(student, script.environment(student))
    expect(
        played.score is not None,
        "nothing_returned",
        "Your function returns nothing. End it with return score.",
    )
    if not script.is_right(played.score):
        again = script.play(student, script.environment(student))
        expect(
            not np.isclose(number_of(again.score) - number_of(played.score), script.right),
            "score_carried_over",
            "The score continues where the episode before ended. Set it to 0 inside the function, "
            "when the episode begins.",
        )
        if not script.knows(played.score):
            _expect_the_last_reward(student, random, script, played.score)
    script.expect_score(played)


def _expect_no_fixed_seed(seeds: list[int | None]) -> None:
    """Raise CheckFailed if each reset was given the same seed."""
    expect(
        seeds[0] is None or len(set(seeds)) > 1,
        "fixed_seed",
        Message(
            "Each call begins with env.reset(seed={seed}), so on the cart pole every episode has "
            "the same start, and 100 episodes say no more than one. Write env.reset().",
            seed=seeds[0],
        ),
    )


def _expect_the_last_reward(
    student: Student, random: np.random.Generator, script: Script, score: object
) -> None:
    """Raise CheckFailed if the last reward of several episodes was replaced by the same number."""
    put = [number_of(score) - float(script.paid[:-1].sum())]
    for _ in range(2):
        other = Script.draw(random, len(script.paid), script.ending)
        again = other.play(student, other.environment(student)).score
        put.append(number_of(again) - float(other.paid[:-1].sum()))
    expect(
        not np.allclose(put, put[0]),
        "last_reward_replaced",
        Message(
            "The reward of the last step was replaced by {reward:g}. A fall needs no extra "
            "punishment here: the score is the sum of the rewards as env.step returned them.",
            reward=round(put[0], 6),
        ),
    )
