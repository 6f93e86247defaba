"""The scripted environment says what a loop does wrong."""

import numpy as np
import pytest
from gymnasium.error import ResetNeeded

from helpers import render
from helpers.scripted import EpisodeIsOver, FirstNumberRule, RuleGotAPair, ScriptedEnv

OBSERVATIONS = np.array([[1.0, 0.0], [-1.0, 0.0], [2.0, 0.0]], dtype=np.float32)
REWARDS = np.array([[1.0, 2.0], [4.0, 8.0]])


@pytest.mark.parametrize("truncated", (False, True))
def test_it_plays_its_script(truncated):
    env = ScriptedEnv(OBSERVATIONS, REWARDS, not truncated, truncated)

    observation, info = env.reset(seed=1)
    steps = [env.step(1), env.step(0)]

    assert observation.tolist() == [1.0, 0.0] and info == {}
    assert [step[0][0] for step in steps] == [-1.0, 2.0]
    assert [step[1] for step in steps] == [2.0, 4.0]
    assert [step[2:4] for step in steps] == [(False, False), (not truncated, truncated)]


def test_both_flags_can_be_true():
    env = ScriptedEnv(OBSERVATIONS, REWARDS, True, True)
    env.reset()
    env.step(0)

    assert env.step(0)[2:4] == (True, True)


def test_it_counts_its_steps_and_says_how_long_an_episode_may_be():
    env = ScriptedEnv(OBSERVATIONS, REWARDS, True, False)
    env.reset()
    env.step(0)
    env.reset()
    env.step(0)

    assert env.steps == 2
    assert env.spec.max_episode_steps == 500
    assert ScriptedEnv(OBSERVATIONS, REWARDS, False, True).spec.max_episode_steps == 2


def test_it_begins_again_after_a_reset():
    env = ScriptedEnv(OBSERVATIONS, REWARDS, True, False)
    env.reset()
    env.step(0)

    assert env.reset()[0].tolist() == [1.0, 0.0]
    assert env.step(0)[1] == 1.0


def test_a_step_before_the_reset_is_refused():
    with pytest.raises(ResetNeeded):
        ScriptedEnv(OBSERVATIONS, REWARDS, True, False).step(0)


def test_a_step_after_the_end_is_refused():
    env = ScriptedEnv(OBSERVATIONS, REWARDS, True, False)
    env.reset()
    env.step(0)
    env.step(0)

    with pytest.raises(EpisodeIsOver):
        env.step(0)


@pytest.mark.parametrize("action", (2, -1, 0.0, np.True_, None))
def test_an_action_that_does_not_exist_is_refused(action):
    env = ScriptedEnv(OBSERVATIONS, REWARDS, True, False)
    env.reset()

    with pytest.raises(ValueError, match="no action"):
        env.step(action)


def test_a_loop_that_shows_what_it_plays_may_do_so():
    env = ScriptedEnv(OBSERVATIONS, REWARDS, True, False)
    env.reset()

    assert env.render().shape == (40, 60, 3)
    render(env)


def test_the_rule_follows_the_first_number_and_refuses_a_pair():
    rule = FirstNumberRule()

    assert [rule(observation) for observation in OBSERVATIONS] == [1, 0, 1]
    with pytest.raises(RuleGotAPair):
        rule(ScriptedEnv(OBSERVATIONS, REWARDS, True, False).reset())
