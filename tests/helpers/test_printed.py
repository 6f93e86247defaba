"""What a student's function prints while it is checked does not bury the result."""

from __future__ import annotations

import pytest

from autograder import check
from helpers import (
    AbstractAgent,
    Setting,
    Training,
    animate,
    compare_settings,
    play_episodes,
    train_agent,
)
from helpers.printed import MAX_LINES, few_printed_lines

Captured = pytest.CaptureFixture[str]


def test_a_function_that_prints_at_each_call_shows_twenty_lines(capsys: Captured) -> None:
    def rule(observation):
        print("angle:", observation[2])
        return int(observation[2] > 0)

    check("meet_cartpole/rule", rule)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == MAX_LINES + 1
    assert all(line.startswith("angle: ") for line in lines[:-1])
    assert lines[-1].startswith("... and ") and lines[-1].endswith("lines printed by your code.")


def test_a_few_lines_are_shown_as_they_are(capsys: Captured) -> None:
    with few_printed_lines():
        print("a", end="")
        print("b\nc")
    assert capsys.readouterr().out == "ab\nc\n"


def test_the_lines_that_are_not_shown_are_counted(capsys: Captured) -> None:
    with few_printed_lines():
        for number in range(1_025):
            print(number)
    assert capsys.readouterr().out.splitlines()[-1] == (
        "... and 1,005 more lines printed by your code."
    )


def test_an_endless_line_is_cut(capsys: Captured) -> None:
    with few_printed_lines():
        for _ in range(1_000):
            print("x" * 1_000, end="")
    assert len(capsys.readouterr().out) < 50_000


def test_after_an_error_printing_is_as_before(capsys: Captured) -> None:
    with pytest.raises(KeyError), few_printed_lines():
        raise KeyError
    for number in range(MAX_LINES + 5):
        print(number)
    assert len(capsys.readouterr().out.splitlines()) == MAX_LINES + 5


class Talker(AbstractAgent):
    """Says what it does, whenever it is asked."""

    def act(self, observation, explore=True):
        print("left or right?")
        return (3 * observation[:, 2] + observation[:, 3] > 0).astype(int)


@pytest.mark.parametrize(
    "call",
    [
        lambda agent: play_episodes(agent, episodes=2, seed=1),
        lambda agent: animate(agent, seed=1, max_steps=100),
        lambda agent: train_agent(agent, training=Training(episodes=2, seed=1, progress=False)),
        lambda agent: compare_settings(
            {name: Setting(lambda: agent, Training(episodes=2)) for name in ("a", "b")},
            seeds=(1, 2),
        ),
    ],
    ids=["play_episodes", "animate", "train_agent", "compare_settings"],
)
def test_an_agent_that_prints_at_each_step_shows_twenty_lines(call, capsys: Captured) -> None:
    call(Talker())
    lines = capsys.readouterr().out.splitlines()
    assert lines[:-1] == ["left or right?"] * MAX_LINES
    assert lines[-1].startswith("... and ") and lines[-1].endswith("lines printed by your code.")


def test_what_the_course_says_is_shown_however_much_the_agent_has_printed(
    capsys: Captured,
) -> None:
    training = Training(episodes=300, environments=100, checkpoint_every=100, seed=1)
    with few_printed_lines():
        train_agent(Talker(), training=training)
    said = capsys.readouterr().out
    assert said.count("left or right?") == MAX_LINES and "Solved! Two tests in a row" in said
