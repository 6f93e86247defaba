import numpy as np
import pytest

from helpers import AbstractAgent, RandomAgent


def test_an_agent_must_say_how_it_acts():
    class Undecided(AbstractAgent):
        pass

    with pytest.raises(TypeError, match="act"):
        Undecided()


def test_the_random_agent_answers_every_row_with_an_action():
    action = RandomAgent(n_actions=3, seed=1).act(np.zeros((600, 4), np.float32))

    assert action.shape == (600,)
    assert action.dtype == np.int64
    assert set(action.tolist()) == {0, 1, 2}


def test_the_random_agent_repeats_itself_with_the_same_seed():
    observation = np.zeros((50, 4), np.float32)

    first = RandomAgent(seed=3).act(observation)

    assert np.array_equal(first, RandomAgent(seed=3).act(observation))
    assert not np.array_equal(first, RandomAgent(seed=4).act(observation))


def test_an_agent_without_a_network_has_no_weights():
    agent = RandomAgent()

    assert agent.get_weights() == []
    agent.set_weights([])
