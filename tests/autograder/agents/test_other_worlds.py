"""Agents of other worlds than cart poles: trained, disguised, scored; here and in the sandbox."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.agents.candidate import Candidate
from autograder.agents.evaluation import expect_learning, train_and_score
from autograder.agents.learning_check import DelayedRewardTest, RandomRewardTest
from autograder.agents.rejection import DoesNotLearn, InvalidAction, PolicyIgnoresNetwork
from autograder.agents.rule import AgentRule
from autograder.agents.spaces import BoxActions, DiscreteObservations
from autograder.agents.world import GradedWorld
from autograder.grading.notebook import Submission, SubmittedCell
from autograder.grading.session import Session
from autograder.worker.interface import StudentError
from autograder.worker.local import LocalStudent
from helpers import Training, World, mean_score, play_episodes
from tests.autograder.agents.small_worlds import (
    CLIFF,
    CONTINUOUS,
    CONTINUOUS_AGENTS,
    TABULAR,
    TABULAR_AGENTS,
)

SHORT = Training(episodes=20, environments=4)
WORLDS = {"tabular": (TABULAR, TABULAR_AGENTS), "continuous": (CONTINUOUS, CONTINUOUS_AGENTS)}


def student_with(code):
    namespace = {}
    exec(code, namespace)
    return LocalStudent(namespace, None)


def trained(world, factory="make_agent", seed=1, **changes):
    rule, code = WORLDS[world]
    return train_and_score(replace(rule, factory=factory, **changes), student_with(code), seed)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("world", WORLDS)
def test_an_agent_that_learns_reaches_the_threshold_in_disguise(world, seed):
    rule, _ = WORLDS[world]
    score, statistics = trained(world, seed=seed)

    assert score >= rule.threshold
    assert statistics[0]["score"] < rule.threshold


@pytest.mark.parametrize("world", WORLDS)
def test_in_the_sandbox_it_scores_as_it_does_here(world):
    rule, code = WORLDS[world]
    answer = Submission((SubmittedCell("cell", "code", code, runs=True),))

    with Session(answer, None, sandboxed=True) as session:
        there = session.ask(lambda student: train_and_score(rule, student, 1), 60)

    assert there == trained(world)


def test_a_test_is_played_by_a_copy_of_the_table():
    """The agent itself is asked where it is checked and where it is scored, and nowhere else."""
    student = student_with(TABULAR_AGENTS)
    asked = []
    act = student.namespace["QLearning"].act

    def counted(self, observation, explore=True):
        asked.append(explore)
        return act(self, observation, explore)

    student.namespace["QLearning"].act = counted
    training = Training(episodes=40, environments=4, checkpoint_every=100)
    train_and_score(replace(TABULAR, training=training, learning_test=None), student, 1)

    assert asked.count(True) > 600  # four rows each: more than 20 tests, of up to 100 steps
    assert asked.count(False) < 300


@pytest.mark.parametrize("world", WORLDS)
def test_a_rule_written_by_hand_does_not_decide_through_table_or_network(world):
    with pytest.raises(PolicyIgnoresNetwork, match="rates best"):
        trained(world, "by_hand", training=SHORT)


def test_a_rule_written_by_hand_is_perfect_where_nothing_is_disguised():
    agent = student_with(TABULAR_AGENTS).namespace["by_hand"]()

    assert mean_score(play_episodes(agent, CLIFF, episodes=1)) == -13


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("world", WORLDS)
def test_what_was_brought_along_fails_in_disguise(world, seed):
    rule, _ = WORLDS[world]
    short = replace(rule.training, episodes=60)

    assert trained(world, "brought_along", seed, training=short)[0] < rule.threshold


@pytest.mark.parametrize(
    ("factory", "error", "message"),
    [
        ("other_table", StudentError, "IndexError"),
        ("no_table", PolicyIgnoresNetwork, "no table with weights in `agent.q`"),
    ],
)
def test_an_agent_needs_a_table_of_all_states(factory, error, message):
    with pytest.raises(error, match=message):
        trained("tabular", factory, training=SHORT)


@pytest.mark.parametrize(
    ("factory", "error", "message"),
    [
        ("too_far", InvalidAction, r"actions lie between -1 and 1, so clip them"),
        ("no_number", InvalidAction, "nan"),
        ("flat", StudentError, r"shape \(30, 1\), not \(30,\)"),
    ],
)
def test_continuous_actions_have_a_shape_and_bounds(factory, error, message):
    with pytest.raises(error, match=message):
        trained("continuous", factory)


def learning(world, factory, test, seed=0):
    rule, code = WORLDS[world]
    rule = replace(rule, factory=factory, learning_test=test)
    candidate = Candidate.make(rule, student_with(code))
    expect_learning(rule, candidate, np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("world", "test"), [("tabular", DelayedRewardTest()), ("continuous", RandomRewardTest())]
)
@pytest.mark.parametrize("seed", range(3))
def test_who_learns_is_told_from_who_does_not(world, test, seed):
    learning(world, "make_agent", test, seed)
    with pytest.raises(DoesNotLearn):
        learning(world, "brought_along", test, seed)


def test_who_does_not_look_ahead_does_not_learn_a_rule_of_states():
    rule, code = WORLDS["tabular"]
    sees_one_step = code.replace("t.reward + following", "t.reward")
    candidate = Candidate.make(rule, student_with(sees_one_step))

    with pytest.raises(DoesNotLearn):
        expect_learning(rule, candidate, np.random.default_rng(0))


@pytest.mark.parametrize("n", [4, 5, 48])
def test_each_first_state_has_a_right_action_which_two_other_states_show_before_a_last_one(n):
    random = np.random.default_rng(0)
    puzzle = DiscreteObservations(n).puzzle(random, 4)
    first = puzzle.first(random, 200)
    others = {*puzzle.second(random, np.array([True, False])), *puzzle.last(random, 5)}

    assert len(others) == 3 and not others & set(first.tolist())
    assert np.array_equal(puzzle.right_choice(first), puzzle.right_choice(first))
    assert set(puzzle.right_choice(first).tolist()) <= {0, 1, 2, 3}


def test_three_states_are_too_few_to_show_it():
    with pytest.raises(ValueError, match="too few"):
        DiscreteObservations(3).puzzle(np.random.default_rng(0), 4)


def test_continuous_actions_are_told_apart_by_their_first_number():
    space = BoxActions((-1.0, 0.0), (3.0, 1.0))

    assert space.choices == 2
    assert space.choice(np.array([[0.9, 1.0], [1.1, 0.0]])).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("environment", "changes"),
    [
        ("Pendulum-v1", {}),
        ("MountainCarContinuous-v0", {}),
        ("FrozenLake-v1", {}),
        ("Acrobot-v1", {}),
        ("Taxi-v4", {}),
        ("CliffWalking-v1", {"time_limit": 30}),
    ],
)
def test_the_grader_reads_the_spaces_of_an_environment(environment, changes):
    world = GradedWorld.of(World.of(environment, **changes))
    hidden = world.disguised(np.random.default_rng(0)).make(2)
    observation, _ = hidden.reset()
    rows = world.observations.draw(np.random.default_rng(0), 5)

    assert observation.shape == (2, *world.steps.observation.shape)
    assert observation.dtype == world.steps.observation.dtype == rows.dtype
    assert rows.shape == (5, *world.steps.observation.shape)
    actions = np.zeros((2, *world.steps.action.shape), world.steps.action.dtype)
    assert hidden.step(world.actions.expect_valid(actions))[0].shape == observation.shape


def test_spaces_that_the_grader_does_not_know_are_refused():
    with pytest.raises(ValueError, match="not supported"):
        GradedWorld.of(World.of("Blackjack-v1", time_limit=10))


def test_where_all_episodes_are_the_same_one_is_scored():
    assert TABULAR.scored_episodes == 1
    lake = AgentRule(
        points=1, training=Training(), threshold=0.7, world=GradedWorld.of("FrozenLake-v1")
    )
    assert lake.scored_episodes == 100
