import itertools

import numpy as np
import pytest

from helpers import (
    AbstractAgent,
    RandomAgent,
    Training,
    World,
    mean_score,
    play_episodes,
    run_episode,
    train_agent,
)
from helpers.training import running_mean


class Balancer(AbstractAgent):
    """Keeps the pole up, and writes down what it was given."""

    def __init__(self):
        self.transitions = []
        self.starts = []

    def start_episode(self, observation):
        self.starts.append(observation)

    def act(self, observation, explore=True):
        return (3 * observation[:, 2] + observation[:, 3] + 0.1 * observation[:, 0] > 0).astype(int)

    def train(self, transition):
        self.transitions.append(transition)


class PushesRight(Balancer):
    def act(self, observation, explore=True):
        return np.ones(len(observation), dtype=int)


QUIET = {"progress": False, "seed": 1}


def test_a_training_reports_each_episode_with_score_and_length():
    statistics = train_agent(RandomAgent(seed=1), training=Training(episodes=7, **QUIET))

    assert [record["episode"] for record in statistics] == list(range(7))
    assert all(record["score"] == record["steps"] > 5 for record in statistics)


def test_each_episode_is_told_as_soon_as_it_has_ended():
    told = []
    training = Training(
        episodes=6,
        environments=3,
        seed=1,
        progress=False,
        on_episode=lambda s: told.append(list(s)),
    )

    statistics = train_agent(RandomAgent(seed=1), "CartPole-v1", training)

    assert told == [statistics[: n + 1] for n in range(len(statistics))]


def test_each_step_follows_from_the_one_before():
    agent = PushesRight()

    train_agent(agent, training=Training(episodes=1, **QUIET))

    assert np.array_equal(agent.transitions[0].observation, agent.starts[0])
    for before, after in itertools.pairwise(agent.transitions):
        assert np.array_equal(before.next_observation, after.observation)
    assert [bool(t.terminated[0]) for t in agent.transitions[-2:]] == [False, True]


def test_an_ended_episode_waits_and_teaches_nothing_more():
    agent = RandomRecorder()

    train_agent(agent, training=Training(episodes=6, environments=6, **QUIET))

    rows = [len(t.action) for t in agent.transitions]
    assert rows == sorted(rows, reverse=True)
    ended = set()
    for transition in agent.transitions:
        assert not ended & set(transition.episode.tolist())
        ended |= set(transition.episode[transition.terminated | transition.truncated].tolist())
    assert ended == set(range(6))


class RandomRecorder(Balancer):
    def __init__(self):
        super().__init__()
        self.random = RandomAgent(seed=2)

    def act(self, observation, explore=True):
        return self.random.act(observation)


def test_the_time_limit_truncates_and_does_not_terminate():
    agent = Balancer()

    statistics = train_agent(agent, training=Training(episodes=1, **QUIET))

    assert statistics[0]["steps"] == 500
    assert bool(agent.transitions[-1].truncated[0])
    assert not any(t.terminated.any() for t in agent.transitions)


def test_training_stops_when_the_environment_is_solved():
    statistics = train_agent(
        Balancer(), training=Training(episodes=1_000, environments=20, **QUIET)
    )

    assert len(statistics) == 100
    assert running_mean(statistics) >= 475


def test_training_stops_at_its_budget_of_steps():
    statistics = train_agent(
        RandomAgent(seed=1), training=Training(episodes=1_000, max_steps=300, **QUIET)
    )

    assert 200 < sum(record["steps"] for record in statistics) <= 300


def test_the_same_seed_gives_the_same_training():
    first, second, other = (
        train_agent(RandomAgent(seed=1), training=Training(episodes=5, progress=False, seed=seed))
        for seed in (1, 1, 2)
    )

    assert first == second
    assert first != other


def test_batches_start_differently_although_the_training_is_seeded():
    agent = PushesRight()

    train_agent(agent, training=Training(episodes=3, **QUIET))

    assert len({start.tobytes() for start in agent.starts}) == 3


def test_ctrl_c_returns_what_was_played_so_far():
    class Interrupted(PushesRight):
        def train(self, transition):
            super().train(transition)
            if len(self.starts) == 3:
                raise KeyboardInterrupt

    statistics = train_agent(Interrupted(), training=Training(episodes=50, **QUIET))

    assert len(statistics) == 2


def test_the_status_line_says_that_it_was_interrupted(capsys):
    class Interrupted(PushesRight):
        def train(self, transition):
            raise KeyboardInterrupt

    train_agent(Interrupted(), training=Training(episodes=50, seed=1))

    assert "Interrupted after 0 episodes" in capsys.readouterr().out


def test_playing_without_training_leaves_the_agent_alone():
    agent = Balancer()

    statistics = play_episodes(agent, episodes=4, seed=1)

    assert agent.transitions == []
    assert mean_score(statistics) == 500


def test_the_random_agent_scores_about_22():
    assert 18 < mean_score(play_episodes(RandomAgent(seed=1), episodes=300, seed=1)) < 27


def test_no_episodes_have_no_mean():
    with pytest.raises(ValueError, match="no episode"):
        mean_score([])


def test_one_episode_written_to_be_read_teaches_what_the_training_loop_teaches():
    short, long = PushesRight(), PushesRight()

    score = run_episode(short, "CartPole-v1", seed=1)
    (record,) = train_agent(long, training=Training(episodes=1, **QUIET))

    assert score == record["score"]
    assert np.array_equal(short.starts[0], long.starts[0])
    for step, same in zip(short.transitions, long.transitions, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(step, same, strict=True))


class Recorder(Balancer):
    """Plays a fixed action, and writes down what it was given."""

    def __init__(self, action):
        super().__init__()
        self.action = action

    def act(self, observation, explore=True):
        return np.repeat(self.action[None], len(observation), axis=0)


@pytest.mark.parametrize(
    ("world", "action", "shapes", "dtypes"),
    [
        (
            World.of("CliffWalking-v1", time_limit=5),
            np.array(0),
            [(2,), (2,)],
            ["int64", "int64"],
        ),
        (
            World.of("Pendulum-v1", time_limit=5),
            np.array([0.5], np.float32),
            [(2, 3), (2, 1)],
            ["float32", "float32"],
        ),
    ],
    ids=["numbered_states", "continuous_actions"],
)
def test_observations_and_actions_keep_their_kind(world, action, shapes, dtypes):
    agent = Recorder(action)

    train_agent(agent, world, Training(episodes=2, environments=2, **QUIET))
    step = agent.transitions[0]

    assert len(agent.transitions) == 5 and agent.transitions[-1].truncated.all()
    assert [step.observation.shape, step.action.shape] == shapes
    assert [str(step.observation.dtype), str(step.action.dtype)] == dtypes
    assert np.array_equal(step.action[0], action)
