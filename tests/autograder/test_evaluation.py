import numpy as np
import pytest

from autograder.evaluation import (
    Disguise,
    NetworkDoesNotDecide,
    derived_seed,
    evaluate,
    told_seed,
    train_and_score,
)
from autograder.rules import AgentRule
from autograder.student.local import LocalStudent
from helpers import Training
from helpers.environments import make_environments

RULE = AgentRule(
    points=6,
    training=Training(episodes=16, environments=16, checkpoint_every=2_000),
    threshold=475.0,
    trainings=2,
)

LINEAR = """
import torch
from helpers import AbstractAgent
from torch import nn

class Linear(AbstractAgent):
    def __init__(self):
        self.net = nn.Linear(4, 2)
    def act(self, observation, explore=True):
        with torch.no_grad():
            return self.net(torch.as_tensor(observation)).argmax(-1).numpy()

def make_agent(): return Linear()
"""


def student_with(code):
    namespace = {}
    exec(LINEAR + code, namespace)
    return LocalStudent(namespace, "torch")


def judged(code, seeds=(1, 2), rule=RULE):
    student = student_with(code)

    def train(seed):
        return train_and_score(rule, student, lambda made, n: student.object(made.number), seed)

    return evaluate(rule, train, seeds)


def test_an_agent_that_learned_nothing_scores_little_in_every_training():
    result = judged("")

    assert result.mean < 300
    assert len(result.scores) == 2 and result.mean == max(result.scores)
    assert result.seeds == (1, 2) and result.episodes == 100


def test_the_first_pass_ends_it(monkeypatch):
    easy = AgentRule(points=6, training=RULE.training, threshold=5.0)

    assert len(judged("", rule=easy).scores) == 1


def test_the_same_seeds_give_the_same_score():
    assert judged("") == judged("")


def test_a_hand_written_controller_does_not_decide_through_its_network():
    code = """
class Controller(Linear):
    def act(self, observation, explore=True):
        return (observation[:, 2] + observation[:, 3] > 0).astype(int)
def make_agent(): return Controller()
"""
    with pytest.raises(NetworkDoesNotDecide):
        judged(code)


def test_a_controller_that_poses_as_a_network_fails_in_disguise():
    code = """
class Posing(nn.Module):
    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(4))
    def forward(self, x):
        push = (x * self.gain)[:, 2:].sum(-1)
        return torch.stack([-push, push], -1)
class Controller(Linear):
    def __init__(self):
        self.net = Posing()
def make_agent(): return Controller()
"""
    assert judged(code).mean < 475


def test_weights_brought_along_fail_in_disguise():
    code = """
class Brought(Linear):
    def __init__(self):
        super().__init__()
        with torch.no_grad():
            self.net.weight.copy_(torch.tensor([[-.1, -.3, -3., -1.], [.1, .3, 3., 1.]]))
            self.net.bias.zero_()
def make_agent(): return Brought()
"""
    student = student_with(code)
    agent = student.object(student.call("make_agent").number)
    from helpers import mean_score, play_episodes

    assert mean_score(play_episodes(agent, episodes=20, seed=1)) == 500  # undisguised it is perfect
    for seed in range(6):
        assert judged(code, seeds=(seed,)).mean < 475


def test_a_network_whose_weights_change_nothing_does_not_decide():
    code = """
class Constant(Linear):
    def get_weights(self):
        return [np.zeros(3)]
    def set_weights(self, weights):
        pass
import numpy as np
def make_agent(): return Constant()
"""
    with pytest.raises(NetworkDoesNotDecide, match="change nothing"):
        judged(code)


def test_in_disguise_no_number_keeps_its_place():
    for seed in range(200):
        disguise = Disguise.draw(np.random.default_rng(seed), 4, 2)
        assert sorted(disguise.permutation) == [0, 1, 2, 3]
        assert not np.any(disguise.permutation == np.arange(4))
        assert set(disguise.permutation[2:]) != {2, 3}


def test_a_disguise_is_the_same_game():
    disguise = Disguise(
        np.array([3, 2, 0, 1]), np.array([1, -1, -1, 1], np.float32), np.array([1, 0])
    )
    plain = make_environments("CartPole-v1", 3)
    hidden = disguise.wrap("CartPole-v1", np.random.default_rng(0))(3)
    seen, _ = plain.reset(seed=4)
    disguised, _ = hidden.reset(seed=4)
    for action in ([0, 1, 0], [1, 1, 0], [0, 0, 1]):
        assert np.array_equal(disguised, seen[:, [3, 2, 0, 1]] * np.array([1, -1, -1, 1]))
        seen, *_ = plain.step(np.array(action))
        disguised, *_ = hidden.step(1 - np.array(action))


def test_environments_in_disguise_start_the_same_for_a_seed_and_differ_from_each_other():
    disguise = Disguise.draw(np.random.default_rng(0), 4, 2)
    first, again = (disguise.wrap("CartPole-v1", np.random.default_rng(7)) for _ in range(2))
    starts = [[make(3).reset()[0] for _ in range(2)] for make in (first, again)]

    assert np.array_equal(starts[0], starts[1])
    assert not np.array_equal(starts[0][0], starts[0][1])


def test_the_student_is_told_another_seed_than_the_disguise_is_drawn_with():
    seeds = [derived_seed(b"secret", "unit/task", str(number)) for number in range(100)]

    assert len({told_seed(seed) for seed in seeds} | set(seeds)) == 200
    assert all(told_seed(seed) < 2**31 < max(seeds) for seed in seeds)


def test_seeds_come_from_the_secret_and_the_name():
    seed = derived_seed(b"secret", "unit/task", "0")

    assert seed == derived_seed(b"secret", "unit/task", "0") < 2**62
    assert (
        len(
            {
                seed,
                derived_seed(b"other", "unit/task", "0"),
                derived_seed(b"secret", "unit/task", "1"),
            }
        )
        == 3
    )
