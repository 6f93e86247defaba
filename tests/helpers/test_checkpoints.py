import numpy as np
import pytest

from helpers import AbstractAgent, Training, World, train_agent
from helpers.checkpoints import Checkpoints


class Switch:
    """A network of one number: at one the agent balances, between it falls late, else at once."""

    def __init__(self, value):
        self.value = np.array([value])

    def get_weights(self):
        return [self.value]

    def set_weights(self, weights):
        self.value = np.array(weights[0])


class Switched(AbstractAgent):
    def __init__(self, value=1.0):
        self.net = Switch(value)
        self.steps = 0

    def act(self, observation, explore=True):
        if self.net.value[0] >= 1:
            return (3 * observation[:, 2] + observation[:, 3] + 0.1 * observation[:, 0] > 0) * 1
        if self.net.value[0] > 0:
            return (observation[:, 2] > 0) * 1
        return np.ones(len(observation), dtype=int)


class Forgetful(Switched):
    """Is better for a while, and loses it again, as deep Q agents do."""

    def train(self, transition):
        self.steps += 1
        better = 500 <= self.steps < 1200
        self.net.value = np.array([0.5 if better else -1.0])


def test_a_test_every_so_many_steps():
    checkpoints = Checkpoints("CartPole-v1", every=100, seed=1)

    for steps in range(0, 350, 10):
        checkpoints.test_if_due(Switched(-1.0), steps)

    assert [test.steps for test in checkpoints.tests] == [100, 200, 300]


def test_a_test_is_passed_at_its_goal():
    checkpoints = Checkpoints("CartPole-v1", every=2, seed=1)

    assert not checkpoints.test_if_due(Switched(-1.0), 2)
    assert not checkpoints.test_if_due(Switched(1.0), 3)  # it is not time
    assert checkpoints.test_if_due(Switched(1.0), 4)


class Lucky(Switched):
    """Good in its first episodes, and never again."""

    def act(self, observation, explore=True):
        actions = super().act(observation, explore)
        self.steps += 1
        if self.steps == 500:
            self.net.value = np.array([-1.0])
        return actions


def test_good_once_is_not_enough():
    checkpoints = Checkpoints("CartPole-v1", every=1, seed=1)

    assert not checkpoints.test_if_due(Lucky(), 1)
    assert checkpoints.tests[0].score < 20  # the worse of both


def test_the_second_test_has_other_episodes(monkeypatch):
    checkpoints = Checkpoints("CartPole-v1", every=1, seed=1)
    seeds, reset = [], checkpoints.environments.reset
    monkeypatch.setattr(
        checkpoints.environments, "reset", lambda seed: seeds.append(seed) or reset(seed=seed)
    )

    checkpoints.test_if_due(Switched(1.0), 1)

    assert len(set(seeds)) == 2


def test_the_best_weights_come_back():
    agent = Forgetful(-1.0)

    train_agent(
        agent,
        training=Training(
            episodes=500, max_steps=3_000, checkpoint_every=600, seed=1, progress=False
        ),
    )

    assert agent.steps > 1200
    assert agent.net.value[0] == 0.5


class Interrupted(Forgetful):
    """Is interrupted when it has lost again what it had learned."""

    def train(self, transition):
        super().train(transition)
        if self.steps == 1_300:
            raise KeyboardInterrupt


def test_interrupting_a_training_keeps_the_best_weights_and_what_was_played():
    agent = Interrupted(-1.0)

    statistics = train_agent(
        agent,
        training=Training(episodes=500, checkpoint_every=600, seed=1, progress=False),
    )

    assert agent.steps == 1_300 and agent.net.value[0] == 0.5
    assert len(statistics) > 20 and [test.steps for test in statistics.greedy_tests] == [600, 1200]


def test_a_training_tells_its_tests_with_the_episodes_that_had_ended_by_then():
    training = Training(episodes=60, checkpoint_every=200, seed=1, progress=False)
    statistics = train_agent(Switched(-1.0), training=training)

    assert len(statistics.greedy_tests) >= 2
    for test in statistics.greedy_tests:
        assert sum(record["steps"] for record in statistics[: test.episodes]) <= test.steps
        assert sum(record["steps"] for record in statistics[: test.episodes + 1]) > test.steps


class Falls(Switched):
    """Pushes to the left and falls, but for its first steps, in which it balances."""

    def __init__(self, after):
        super().__init__()
        self.after = after

    def act(self, observation, explore=True):
        self.net.value = np.array([1.0 if self.steps < self.after else -1.0])
        self.steps += 1
        return super().act(observation, explore)


def test_better_agents_are_played_out_whatever_the_best_was():
    checkpoints = Checkpoints("CartPole-v1", every=1, seed=1)
    early, late, later = Falls(after=20), Falls(after=100), Falls(after=200)

    for steps, agent in enumerate((late, early, later), start=1):
        checkpoints.test_if_due(agent, steps)

    played_out, too_short, better = (test.score for test in checkpoints.tests)
    assert 100 < played_out < 130 < 200 < better < 230
    assert too_short < played_out
    assert early.steps < 60 < 100 < late.steps < 200 < later.steps


def test_a_test_that_cannot_come_up_to_the_best_ends_with_what_it_could_have_reached():
    checkpoints = Checkpoints("CartPole-v1", every=1, seed=1)

    for steps in (1, 2):
        checkpoints.test_if_due(Falls(after=1_000 if steps == 1 else 100), steps)

    first, second = checkpoints.tests
    assert 400 < second.score < first.score
    assert (first.broken_off, second.broken_off) == (False, True)


def test_training_stops_when_a_test_is_passed_twice():
    statistics = train_agent(
        Switched(1.0),
        training=Training(episodes=500, checkpoint_every=600, seed=1, progress=False),
    )

    assert 0 < sum(record["steps"] for record in statistics) <= 600


@pytest.mark.parametrize(
    ("environment", "goal"), [("CartPole-v1", 495), ("helpers/ShortCartPole-v0", 199)]
)
def test_its_goal_lies_well_above_the_threshold(environment, goal):
    assert Checkpoints(environment, every=1).goal == pytest.approx(goal)


@pytest.mark.parametrize(
    ("environment", "goal"), [("FrozenLake-v1", 0.7), ("MountainCar-v0", -110)]
)
def test_a_goal_is_within_reach_whatever_a_step_pays(environment, goal):
    assert Checkpoints(environment, every=1).goal == goal


class StepsIntoTheHole(AbstractAgent):
    """On the frozen lake without slipping: down, then right into the hole."""

    def __init__(self):
        self.steps = 0

    def act(self, observation, explore=True):
        self.steps += 1
        return np.where(observation == 0, 1, 2)


CALM_LAKE = World.of("FrozenLake-v1", options={"is_slippery": False})


def test_where_the_best_reward_is_unknown_every_test_is_played_out():
    checkpoints = Checkpoints(CALM_LAKE, every=1)
    checkpoints.test_if_due(StepsIntoTheHole(), 1)
    again = StepsIntoTheHole()
    checkpoints.test_if_due(again, 2)

    assert again.steps == 2
    assert [(test.score, test.broken_off) for test in checkpoints.tests] == [(0, False)] * 2


def test_where_steps_only_cost_a_test_ends_when_it_has_cost_more_than_the_best():
    cliff = World.of("CliffWalking-v1", time_limit=100, best_reward=-1)
    checkpoints = Checkpoints(cliff, every=1)

    class Up(AbstractAgent):
        steps = 0

        def act(self, observation, explore=True):
            self.steps += 1
            return np.zeros(len(observation), dtype=int)

    class OverTheCliff(Up):
        def act(self, observation, explore=True):
            return super().act(observation) + 1

    first, second = Up(), OverTheCliff()
    checkpoints.test_if_due(first, 1)
    checkpoints.test_if_due(second, 2)

    assert (checkpoints.tests[0].score, first.steps) == (-100, 100)
    assert second.steps == 2  # each step into the cliff costs 100


def test_where_all_episodes_are_the_same_one_is_played():
    assert Checkpoints(CALM_LAKE, every=1).episodes == 50
    same = World.of(CALM_LAKE, deterministic=True)
    assert Checkpoints(same, every=1).environments.num_envs == 1
