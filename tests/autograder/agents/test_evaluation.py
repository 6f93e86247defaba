from dataclasses import replace

import numpy as np
import pytest

from autograder.agents.evaluation import CURVE_POINTS, evaluate, train_and_score
from autograder.agents.greedy_check import PROBED
from autograder.agents.learning_check import DelayedRewardTest, RandomRewardTest
from autograder.agents.rejection import DoesNotLearn, InvalidAction, PolicyIgnoresNetwork
from autograder.agents.rule import AgentRule
from autograder.agents.seeds import derived_seed, student_seed
from autograder.units.shared.cart_pole import CART_POLE
from autograder.worker.interface import StudentError
from autograder.worker.local import LocalStudent
from tests.autograder.array_agents import RULE, Untrained, kept, scored

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
        return train_and_score(rule, student, seed)

    return evaluate(rule, train, seeds)


def test_an_agent_that_learned_nothing_scores_little_in_every_training():
    result = judged("")

    assert result.mean < 300
    assert len(result.scores) == 2 and result.mean == max(result.scores)
    assert result.seeds == (1, 2) and result.episodes == 100


def test_the_first_pass_ends_it():
    easy = AgentRule(points=6, training=RULE.training, threshold=5.0, world=CART_POLE)

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
    with pytest.raises(PolicyIgnoresNetwork):
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
    with pytest.raises(PolicyIgnoresNetwork, match="change nothing"):
        judged(code)


def test_the_student_is_told_another_seed_than_the_disguise_is_drawn_with():
    seeds = [derived_seed(b"secret", "unit/task", str(number)) for number in range(100)]

    assert len({student_seed(seed) for seed in seeds} | set(seeds)) == 200
    assert all(student_seed(seed) < 2**31 < max(seeds) for seed in seeds)


def test_a_class_is_told_the_same_seeds_by_every_version_of_the_course():
    assert [student_seed(seed) for seed in (0, 5)] == [1586247699, 481307091]


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


def test_what_the_student_is_told_and_what_is_drawn_with_fills_its_range():
    secret = [derived_seed(b"secret", str(number)) for number in range(200)]
    told = [student_seed(seed) for seed in secret]

    assert 2**61 < max(secret) < 2**62
    assert min(secret) < 2**57
    assert 2**30 < max(told) < 2**31
    assert min(told) < 2**26


def test_names_of_seeds_do_not_run_together():
    assert derived_seed(b"secret", "ab", "c") != derived_seed(b"secret", "a", "bc")


def evaluated(outcomes, threshold=475.0, seeds=(7, 8, 9), episodes=100):
    """Evaluate trainings whose score and episodes' scores are written down."""
    asked = []

    def train(seed):
        asked.append(seed)
        score, curve = outcomes[len(asked) - 1]
        return score, [{"episode": i, "score": one, "steps": 1} for i, one in enumerate(curve)]

    rule = replace(RULE, threshold=threshold, episodes=episodes)
    result = evaluate(rule, train, seeds)
    assert result.seeds == tuple(asked)
    return result


def test_the_best_training_counts():
    result = evaluated([(10.0, [1.0]), (30.0, [2.0, 3.0]), (20.0, [4.0])], episodes=50)

    assert (result.mean, result.threshold, result.episodes) == (30.0, 475.0, 50)
    assert result.scores == (10.0, 30.0, 20.0)
    assert result.curve == (2.0, 3.0)


@pytest.mark.parametrize(
    ("score", "trainings"), [(474.9, 3), (475.0, 1), (475.1, 1), (500.0, 1), (0.0, 3)]
)
def test_the_training_that_reaches_the_threshold_is_the_last(score, trainings):
    result = evaluated([(score, [1.0])] * 3)

    assert result.scores == (score,) * trainings


@pytest.mark.parametrize(
    ("episodes", "points"),
    [
        (0, []),
        (1, [0.0]),
        (CURVE_POINTS, list(range(CURVE_POINTS))),
        (CURVE_POINTS + 1, [0.5 + 2 * i for i in range(CURVE_POINTS // 2)] + [CURVE_POINTS]),
        (3 * CURVE_POINTS, [1.0 + 3 * i for i in range(CURVE_POINTS)]),
    ],
)
def test_a_long_curve_is_averaged_over_a_few_episodes_each(episodes, points):
    result = evaluated([(500.0, list(range(episodes)))])

    assert result.curve == tuple(points)
    assert len(result.curve) <= CURVE_POINTS == 200


def test_the_short_episodes_of_a_batch_that_was_cut_are_no_fall_at_the_end_of_the_curve():
    batches = [(batch, score) for batch in range(2) for score in (100.0, 100.0, 100.0)]
    played = [*batches, (2, 9.0)]
    statistics = [
        {"episode": i, "score": score, "steps": int(score), "batch": batch}
        for i, (batch, score) in enumerate(played)
    ]
    result = evaluate(RULE, lambda seed: (500.0, statistics), (1,))

    assert result.curve == (100.0,) * 6


def test_a_training_gives_the_score_afterwards_and_its_own_episodes():
    score, statistics = scored(Untrained)

    assert 8 < score < 475
    assert score * 5 == pytest.approx(round(score * 5))
    assert [episode["episode"] for episode in statistics] == [0, 1, 2, 3]


def test_the_greedy_agent_is_scored_after_training_on_the_rules_episodes():
    class Watches(Untrained):
        def __init__(self):
            super().__init__()
            self.asked = []

        def act(self, observation, explore=True):
            self.asked.append((len(observation), explore))
            return super().act(observation, explore)

    agents = []
    scored(kept(agents, Watches))
    greedy = [rows for rows, explore in agents[0].asked if not explore]

    assert agents[0].asked[0] == (2, True)
    assert greedy[:3] == [PROBED, PROBED, 5]
    assert not any(explore for _, explore in agents[0].asked[-len(greedy) :])


def test_the_graders_training_shows_no_progress(capsys):
    scored(Untrained)

    assert capsys.readouterr() == ("", "")


def test_the_students_code_is_seeded_with_what_it_may_know():
    told = []

    class Listens(LocalStudent):
        def seed(self, seed):
            told.append(seed)

    scored(Untrained, seed=5, student=Listens)

    assert told == [student_seed(5)]


@pytest.mark.parametrize(
    ("make_agent", "why"),
    [
        (lambda: None, r"it returned nothing \(None\)"),
        (lambda: 3, "it returned 3"),
        (lambda: "agent " * 50, "it returned 'agent agent"),
        (lambda: Untrained, r"Untrained is the class itself: make one, Untrained\(\.\.\.\)"),
        (lambda: object(), "a object is no AbstractAgent"),
        (lambda: [Untrained()], "it returned"),
    ],
)
def test_the_factory_must_return_an_agent(make_agent, why):
    with pytest.raises(
        StudentError, match=rf"make_agent\(\) must return an agent: {why}"
    ) as caught:
        scored(make_agent)

    assert caught.value.kind == "TypeError"
    assert len(caught.value.message) < 150


def acting(function):
    """A class of agents whose actions a function makes of the right ones."""

    class Acts(Untrained):
        def act(self, observation, explore=True):
            return function(super().act(observation))

    return Acts


@pytest.mark.parametrize(
    ("function", "kind", "message"),
    [
        (lambda a: a[:, None], "ValueError", r"shape \(2,\), not \(2, 1\)"),
        (lambda a: 1, "ValueError", r"shape \(2,\), not \(\)"),
        (lambda a: None, "ValueError", r"not \(\)"),
        (lambda a: a * 1.0, "TypeError", r"whole numbers, not float64.*dtype=int"),
        (lambda a: a > 0, "TypeError", "whole numbers, not bool"),
        (lambda a: ["left"] * len(a), "TypeError", "whole numbers"),
    ],
)
def test_actions_of_another_kind_are_refused(function, kind, message):
    with pytest.raises(StudentError, match=message) as caught:
        scored(acting(function))

    assert caught.value.kind == kind


@pytest.mark.parametrize("offset", [-1, 1, 2**40])
def test_actions_that_do_not_exist_are_refused(offset):
    with pytest.raises(InvalidAction, match="there are only the actions 0 to 1"):
        scored(acting(lambda actions: actions + offset))


@pytest.mark.parametrize("dtype", [np.int8, np.uint64, np.int32])
def test_whole_numbers_of_any_size_are_actions(dtype):
    assert scored(acting(lambda actions: actions.astype(dtype))) == scored(Untrained)
    assert scored(acting(lambda actions: actions.tolist())) == scored(Untrained)


def test_what_an_agent_does_to_its_arguments_changes_no_score():
    class Overwrites(Untrained):
        def start_episode(self, observation):
            observation[:] = 0

        def act(self, observation, explore=True):
            actions = super().act(observation)
            observation[:] = 0
            return actions

        def train(self, transition):
            for part in transition:
                part[:] = 0

    assert scored(Overwrites) == scored(Untrained)


LEARNING_TESTS = [RandomRewardTest(), DelayedRewardTest()]


@pytest.mark.parametrize("test", LEARNING_TESTS, ids=["random_reward", "delayed_reward"])
@pytest.mark.parametrize("above", [0.0, 0.1, 5.0])
def test_who_reaches_the_threshold_is_asked_whether_it_learns(test, above):
    score, _ = scored(Untrained)

    with pytest.raises(DoesNotLearn):
        scored(Untrained, threshold=score - above, learning_test=test)


@pytest.mark.parametrize("test", LEARNING_TESTS, ids=["random_reward", "delayed_reward"])
def test_who_stays_below_the_threshold_is_not_asked_whether_it_learns(test):
    score, _ = scored(Untrained)

    assert scored(Untrained, threshold=score + 0.1, learning_test=test)[0] == score


def test_without_a_question_the_score_alone_counts():
    score, _ = scored(Untrained)

    assert scored(Untrained, threshold=score - 1, learning_test=None)[0] == score
