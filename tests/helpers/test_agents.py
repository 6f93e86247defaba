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


class Tabular(RandomAgent):
    def __init__(self):
        super().__init__()
        self.q = np.zeros((5, 2))


def test_the_weights_of_a_table_are_copied_and_put_back():
    agent = Tabular()
    (taken,) = agent.get_weights()
    agent.q[3, 1] = 7
    (later,) = agent.get_weights()

    assert taken[3, 1] == 0 and later[3, 1] == 7
    agent.set_weights([taken])
    assert agent.q[3, 1] == 0
    with pytest.raises(ValueError, match=r"shape \(5, 2\)"):
        agent.set_weights([np.zeros((2, 5))])
