"""Whether agents learn from their rewards: those that do pass, all others do not."""

import numpy as np
import pytest

from autograder.agents import puzzle
from autograder.agents.candidate import Candidate
from autograder.agents.evaluation import expect_learning
from autograder.agents.learning_check import DelayedRewardTest, RandomRewardTest
from autograder.agents.rejection import DoesNotLearn, NotFresh, PolicyIgnoresNetwork
from autograder.agents.rule import AgentRule
from autograder.agents.world import GradedWorld
from autograder.worker.local import LocalStudent
from helpers import Training
from helpers.agents import AbstractAgent

RANDOM_REWARD, DELAYED_REWARD = RandomRewardTest(), DelayedRewardTest()
SEEDS = (0, 1, 2)


def asked(make_agent, test, seed=0, environment="CartPole-v1"):
    """Ask the agents that a function makes, beside one that it has not; raises what is said."""
    student = LocalStudent({"make_agent": make_agent}, None)
    world = GradedWorld.of(environment)
    rule = AgentRule(
        points=1, training=Training(), threshold=475.0, world=world, learning_test=test
    )
    other = student.put(0)
    expect_learning(rule, Candidate(rule, student, other, None), np.random.default_rng(seed))


def softmax(scores):
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    return likely / likely.sum(axis=1, keepdims=True)


class PolicyGradient(AbstractAgent):
    """REINFORCE with a linear network for the cart pole's four numbers and two actions."""

    lr, gamma, width, n_actions = 0.05, 0.9, 4, 2

    def __init__(self):
        self.random = np.random.default_rng(1)
        self.weights = np.zeros((self.width, self.n_actions))

    def net(self, observation):
        return softmax(observation @ self.weights)

    def start_episode(self, observation):
        self.steps = []

    def act(self, observation, explore=True):
        likely = self.net(observation)
        return (likely.cumsum(axis=1) < self.random.random((len(likely), 1))).sum(axis=1)

    def train(self, transition):
        self.steps.append(transition)
        if transition.terminated.all():
            self.learn()

    def get_weights(self):
        return [self.weights]

    def learn(self):
        following = 0
        for step in reversed(self.steps):
            following = step.reward + self.gamma * following
            self.reinforce(step.observation, step.action, following)

    def reinforce(self, observation, action, advantage):
        error = np.eye(self.n_actions)[action] - self.net(observation)
        self.weights += self.lr * observation.T @ (error * advantage[:, None])


class LearnsWhenAskedForItsWeights(PolicyGradient):
    def train(self, transition):
        self.steps.append(transition)

    def get_weights(self):
        self.learn()
        return super().get_weights()


class NeverMoves(PolicyGradient):
    lr = 0.0


class MovesTheOtherWay(PolicyGradient):
    lr = -0.05


class SeesOneStepOnly(PolicyGradient):
    gamma = 0.0


class ImitatesItself(PolicyGradient):
    def reinforce(self, observation, action, advantage):
        super().reinforce(observation, action, np.ones_like(advantage))


class FindsWeightsByTrying(PolicyGradient):
    def learn(self):
        self.weights = self.random.normal(size=(self.width, self.n_actions))


class RewardsOfOthers(PolicyGradient):
    def reinforce(self, observation, action, advantage):
        super().reinforce(observation, action, np.roll(advantage, 1))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("agent", [PolicyGradient, LearnsWhenAskedForItsWeights])
def test_a_policy_that_follows_its_rewards_learns(agent, seed):
    asked(agent, RANDOM_REWARD, seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "agent",
    [
        NeverMoves,
        MovesTheOtherWay,
        SeesOneStepOnly,
        ImitatesItself,
        FindsWeightsByTrying,
        RewardsOfOthers,
    ],
)
def test_a_policy_that_does_not_follow_its_rewards_does_not_learn(agent, seed):
    with pytest.raises(DoesNotLearn, match="only the second step gave a reward"):
        asked(agent, RANDOM_REWARD, seed)


class PunishesFalls(PolicyGradient):
    """Takes the mean off, as agents do that learn from rewards of one sign."""

    punishment = -10.0

    def train(self, transition):
        changed = np.where(transition.terminated, self.punishment, transition.reward)
        super().train(transition._replace(reward=changed))

    def reinforce(self, observation, action, advantage):
        super().reinforce(observation, action, advantage - advantage.mean())


class PunishesFallsHard(PunishesFalls):
    punishment = -100.0


class NormalisesEachEpisode(PolicyGradient):
    def learn(self):
        following, returns = 0, []
        for step in reversed(self.steps):
            following = step.reward + self.gamma * following
            returns.insert(0, following)
        spread = np.std(returns, axis=0) + 1e-8
        for step, advantage in zip(
            self.steps, (returns - np.mean(returns, axis=0)) / spread, strict=True
        ):
            self.reinforce(step.observation, step.action, advantage)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("agent", [PunishesFalls, PunishesFallsHard, NormalisesEachEpisode])
def test_a_policy_may_punish_falls_or_normalise_each_episode_by_itself(agent, seed):
    asked(agent, RANDOM_REWARD, seed)


def test_a_policy_with_rewards_of_its_own_is_told_what_was_seen_and_that_these_may_be_why():
    class CountsFallsOnly(PolicyGradient):
        def train(self, transition):
            super().train(transition._replace(reward=-1.0 * transition.terminated))

    with pytest.raises(DoesNotLearn, match=r"more than 0\.2 is needed") as told:
        asked(CountsFallsOnly, RANDOM_REWARD)

    assert "an agent that changes its rewards" in told.value.advice


def test_a_policy_is_asked_in_an_environment_of_any_size():
    class ForAcrobot(PolicyGradient):
        width, n_actions = 6, 3

    class NeverMovesThere(ForAcrobot):
        lr = 0.0

    asked(ForAcrobot, RANDOM_REWARD, environment="Acrobot-v1")
    with pytest.raises(DoesNotLearn):
        asked(NeverMovesThere, RANDOM_REWARD, environment="Acrobot-v1")


class FollowsSome(PolicyGradient):
    """Probabilities in a table; those of `right` actions follow the rewards, the others do not.

    All move by the same number in logarithms.
    """

    right, step = 16, 0.1

    def __init__(self):
        super().__init__()
        self.table = {}

    def net(self, observation):
        return np.array([self.table.get(row.tobytes(), [0.5, 0.5]) for row in observation])

    def learn(self):
        first, rewarded, _ = self.steps
        followed = np.where(np.arange(len(first.action)) < self.right, 1, -1)
        for row, action, move in zip(
            first.observation, first.action, followed * rewarded.reward, strict=True
        ):
            moved = 0.5 * np.exp(move * self.step)
            self.table[row.tobytes()] = [1 - moved, moved] if action else [moved, 1 - moved]


@pytest.mark.parametrize("step", [1e-3, 0.1, 0.6])
def test_following_a_few_rewards_more_than_not_is_enough_however_far(step):
    class TwentyOne(FollowsSome):
        right = 21  # (21 - 11) / 32 = 0.31

    class Nineteen(FollowsSome):
        right = 19  # (19 - 13) / 32 = 0.19

    TwentyOne.step = Nineteen.step = step
    test = RandomRewardTest(episodes=32)
    asked(TwentyOne, test)
    with pytest.raises(DoesNotLearn, match=r"On average it was 0\.19, and more than 0\.2 is"):
        asked(Nineteen, test)


def test_many_fresh_agents_are_asked_and_their_average_counts():
    made = []

    def one_of(n):
        def make_agent():
            made.append(FollowsSome() if len(made) % n == 0 else NeverMoves())
            return made[-1]

        return make_agent

    asked(one_of(3), RANDOM_REWARD)
    assert len(made) == RANDOM_REWARD.agents
    with pytest.raises(DoesNotLearn):
        asked(one_of(8), RANDOM_REWARD)
    assert len(made) == 2 * RANDOM_REWARD.agents


def test_a_policy_that_becomes_certain_has_followed_its_rewards():
    class BecomesCertain(FollowsSome):
        def learn(self):
            first, rewarded, _ = self.steps
            for row, action, reward in zip(
                first.observation, first.action, rewarded.reward, strict=True
            ):
                self.table[row.tobytes()] = np.eye(2)[action if reward > 0 else 1 - action]

    asked(BecomesCertain, RANDOM_REWARD)


@pytest.mark.parametrize(
    "answer",
    [
        lambda observation: None,
        lambda observation: "half, half",
        lambda observation: [0.5, 0.5],
        lambda observation: np.full(2, 0.5),
        lambda observation: np.full((len(observation), 1), 0.5),
        lambda observation: np.full((len(observation), 3), 0.5),
        lambda observation: np.full((len(observation) - 1, 2), 0.5),
        lambda observation: np.full((len(observation), 2, 1), 0.5),
    ],
)
def test_a_policys_network_must_give_one_probability_for_each_action(answer):
    class Odd(PolicyGradient):
        def net(self, observation):
            return answer(observation)

    with pytest.raises(PolicyIgnoresNetwork, match=r"one (row of values|value) per"):
        asked(Odd, RANDOM_REWARD)


class LongRun(AbstractAgent):
    """Least squares for what an episode's first action returned in the end."""

    gamma, begins = 0.9, 0

    def __init__(self):
        self.seen = 1e-6 * np.eye(4)
        self.returned = np.zeros(4)
        self.asked, self.episodes = 0, 0

    def start_episode(self, observation):
        self.steps = []
        self.episodes += 1

    def act(self, observation, explore=True):
        if explore:
            return np.arange(len(observation)) % 2
        self.asked += 1
        return (observation @ np.linalg.solve(self.seen, self.returned) > 0).astype(int)

    def train(self, transition):
        self.steps.append(transition)
        if transition.terminated.all() and self.episodes > self.begins:
            first, *later = self.steps
            returned = first.reward + self.gamma * sum(step.reward for step in later)
            self.seen += first.observation.T @ first.observation
            self.returned += first.observation.T @ (returned * (2 * first.action - 1))


class QLearning(AbstractAgent):
    """Q-learning, linear for what is near zero, and again for what is far."""

    lr, gamma = 0.005, 0.9

    def __init__(self):
        self.random = np.random.default_rng(1)
        self.weights = np.zeros((8, 2))

    def features(self, observation):
        far = np.linalg.norm(observation, axis=1, keepdims=True) > 3.5
        return np.concatenate([observation * far, observation * ~far], axis=1)

    def act(self, observation, explore=True):
        if explore:
            return self.random.integers(2, size=len(observation))
        return (self.features(observation) @ self.weights).argmax(axis=1)

    def train(self, transition):
        following = (self.features(transition.next_observation) @ self.weights).max(axis=1)
        target = transition.reward + self.gamma * np.where(transition.terminated, 0, following)
        seen = self.features(transition.observation)
        chosen = np.eye(2)[transition.action]
        error = chosen * (target[:, None] - seen @ self.weights)
        self.weights += self.lr * seen.T @ error


class PunishesFallsToo(QLearning):
    def train(self, transition):
        changed = np.where(transition.terminated, -1.0, transition.reward)
        super().train(transition._replace(reward=changed))


@pytest.mark.parametrize("seed", SEEDS)
def test_values_may_have_punished_falls_in_them(seed):
    asked(PunishesFallsToo, DELAYED_REWARD, seed)


def test_values_of_other_rewards_are_told_what_was_seen_and_that_these_may_be_why():
    class CountsFallsOnly(QLearning):
        def train(self, transition):
            super().train(transition._replace(reward=-1.0 * transition.terminated))

    with pytest.raises(DoesNotLearn, match=r"right for \d+ of 500 .* 475 are needed") as told:
        asked(CountsFallsOnly, DELAYED_REWARD)

    assert "an agent that changes them" in told.value.advice


class NoValueOfWhatComesNext(QLearning):
    gamma = 0.0


class EndIsTheBeginning(QLearning):
    def train(self, transition):
        super().train(transition._replace(next_observation=transition.observation))


class LearnsNothing(QLearning):
    lr = 0.0


class LikesPunishment(LongRun):
    gamma = -0.9


class NoLongRun(LongRun):
    gamma = 0.0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("agent", [LongRun, QLearning])
def test_values_that_look_ahead_find_the_rule(agent, seed):
    asked(agent, DELAYED_REWARD, seed)


@pytest.mark.parametrize("seed", SEEDS[:2])
@pytest.mark.parametrize(
    "agent",
    [NoValueOfWhatComesNext, EndIsTheBeginning, LearnsNothing, LikesPunishment, NoLongRun],
)
def test_values_that_do_not_look_ahead_do_not_find_the_rule(agent, seed):
    with pytest.raises(DoesNotLearn, match="only the second step gave a reward"):
        asked(agent, DELAYED_REWARD, seed)


def kept(agents, agent):
    """A function that makes such agents, and keeps them in the list."""

    def make_agent():
        agents.append(agent())
        return agents[-1]

    return make_agent


@pytest.mark.parametrize("rounds_late", range(4))
def test_who_learns_late_is_asked_again(rounds_late):
    class Late(LongRun):
        begins = rounds_late * DELAYED_REWARD.batches

    agents = []
    asked(kept(agents, Late), DELAYED_REWARD)

    assert [agent.asked for agent in agents] == [rounds_late + 1]


def test_who_never_learns_is_asked_four_times():
    agents = []
    with pytest.raises(DoesNotLearn):
        asked(kept(agents, NoLongRun), DELAYED_REWARD)

    assert [(agent.asked, agent.episodes) for agent in agents] == [(4, 4 * DELAYED_REWARD.batches)]


@pytest.mark.parametrize(("one_in", "passes"), [(50, True), (12, False)])
def test_few_of_the_greedy_actions_may_be_wrong(one_in, passes):
    class WrongNowAndThen(LongRun):
        def act(self, observation, explore=True):
            action = super().act(observation, explore)
            return action if explore else action ^ (np.arange(len(action)) % one_in == 0)

    if passes:
        asked(WrongNowAndThen, DELAYED_REWARD)
    else:
        with pytest.raises(DoesNotLearn):
            asked(WrongNowAndThen, DELAYED_REWARD)


class Watches:
    """Keeps what an agent is taught."""

    def start_episode(self, observation):
        super().start_episode(observation)
        self.taught = [*getattr(self, "taught", []), (observation, [])]

    def train(self, transition):
        self.taught[-1][1].append(transition)
        super().train(transition)


@pytest.mark.parametrize(
    ("agent", "test", "reward"),
    [
        (PolicyGradient, RANDOM_REWARD, 1.0),
        (LongRun, DELAYED_REWARD, DELAYED_REWARD.reward),
    ],
)
def test_agents_are_taught_whole_episodes_of_three_steps_whose_end_pays_nothing(
    agent, test, reward
):
    agents = []
    asked(kept(agents, type("Watching", (Watches, agent), {})), test)

    for start, steps in [lesson for each in agents for lesson in each.taught]:
        n = len(start)
        first, second, last = steps
        assert np.array_equal(first.observation, start)
        assert np.array_equal(first.next_observation, second.observation)
        assert np.array_equal(second.next_observation, last.observation)
        assert not np.any(first.terminated | second.terminated) and np.all(last.terminated)
        assert not np.any(first.reward) and not np.any(last.reward)
        assert set(second.reward) <= {-reward, reward}
        for step in steps:
            assert step.observation.shape == step.next_observation.shape == (n, 4)
            assert step.observation.dtype == step.next_observation.dtype == np.float32
            assert step.reward.dtype == np.float32
            assert step.action.shape == step.reward.shape == (n,)
            assert step.terminated.shape == step.truncated.shape == (n,)
            assert step.terminated.dtype == step.truncated.dtype == bool
            assert not np.any(step.truncated)
            assert np.array_equal(step.episode, np.arange(n))


def test_the_second_observation_shows_whether_the_first_action_was_right():
    agents = []
    asked(kept(agents, type("Watching", (Watches, LongRun), {})), DELAYED_REWARD)
    second = [steps[1] for _, steps in agents[0].taught]
    signs = np.sign(np.concatenate([step.reward for step in second]))
    shown = np.concatenate([step.observation for step in second]) * signs[:, None]

    assert abs(np.mean(signs)) < 0.2
    assert np.allclose(np.abs(shown.mean(axis=0)), puzzle.DISTANCE, atol=0.05)
    assert np.allclose(shown.std(axis=0), puzzle.SPREAD, rtol=0.1)


def test_what_shows_a_right_action_is_drawn_anew_for_each_question():
    shown = set()
    for seed in range(4):
        agents = []
        asked(kept(agents, type("Watching", (Watches, LongRun), {})), DELAYED_REWARD, seed)
        second = agents[0].taught[0][1][1]
        shown.add(tuple(np.sign(second.observation[0] * second.reward[0])))

    assert len(shown) > 1


def test_random_rewards_are_drawn_anew_for_each_agent():
    agents = []
    asked(kept(agents, type("Watching", (Watches, PolicyGradient), {})), RANDOM_REWARD)
    rewards = np.array([agent.taught[0][1][1].reward for agent in agents])

    assert rewards.shape == (RANDOM_REWARD.agents, RANDOM_REWARD.episodes)
    assert len(np.unique(rewards, axis=0)) > RANDOM_REWARD.agents / 2
    assert not np.any(np.sum(rewards, axis=1))  # half of them are +1


def test_agents_of_a_rule_that_asks_for_nothing_are_not_made():
    agents = []
    asked(kept(agents, NeverMoves), None)

    assert agents == []


def test_agents_made_anew_are_not_the_one_that_was_trained():
    made = []

    def the_same_agent():
        made[:] = made or [PolicyGradient()]
        return made[0]

    with pytest.raises(NotFresh, match="the same agent both times"):
        fresh(the_same_agent)


def test_agents_made_anew_have_a_network_of_their_own():
    class Net:
        def __call__(self, observation):
            return observation[:, :2]

    shared = Net()

    class Sharing(PolicyGradient):
        net = shared

    class Owning(PolicyGradient):
        def __init__(self):
            super().__init__()
            self.net = Net()

    with pytest.raises(NotFresh, match=r"`agent\.net` is one and the same object"):
        fresh(Sharing)
    fresh(Owning)


def fresh(make_agent):
    """A further agent, after one of the same function."""
    world = GradedWorld.of("CartPole-v1")
    rule = AgentRule(points=1, training=Training(), threshold=475.0, world=world)
    return Candidate.make(rule, LocalStudent({"make_agent": make_agent}, None)).fresh()
