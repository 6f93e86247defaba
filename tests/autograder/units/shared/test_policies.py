"""The checks of a drawn action and of the policy-gradient loss: what passes, what is named how."""

import numpy as np
import pytest
import torch
from torch.distributions import Categorical

from autograder.checks.judge import RAISES, judge
from autograder.units.actor_critic.act import ActWithValuesTask
from autograder.units.shared.policies import (
    DRAWS,
    ActTask,
    share_tolerance,
)
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import message, mistakes

SEEDS = range(2)


def described(task):
    return [(check.name, check.points, check.blocking) for check in task.checks]


def probabilities(net, observation):
    return net(torch.as_tensor(observation, dtype=torch.float32))


def right_action(net, observation):
    drawn = Categorical(probabilities(net, observation))
    action = drawn.sample()
    return action, drawn.log_prob(action)


def right_action_with_value(net, observation):
    probs, value = probabilities(net, observation)
    drawn = Categorical(probs)
    action = drawn.sample()
    return action, drawn.log_prob(action), value


def by_hand(net, observation):
    probs = probabilities(net, observation)
    action = (torch.rand(len(probs)) < probs[:, 1]).int()
    return [action.numpy(), torch.log(probs[torch.arange(len(probs)), action.long()])]


def numbers_in_a_list(net, observation):
    action, log_prob = right_action(net, observation)
    return action.tolist(), log_prob


def changed(change):
    """A right answer with the action and its log-probability changed."""
    return lambda net, observation: change(*right_action(net, observation))


def log_probability(of):
    """The right action with another log-probability, made from probabilities and action."""

    def choose_action(net, observation):
        probs = probabilities(net, observation)
        action = Categorical(probs).sample()
        return action, of(probs, action)

    return choose_action


def chosen(action_of):
    """An action from the probabilities, together with its own log-probability."""

    def choose_action(net, observation):
        probs = probabilities(net, observation)
        action = action_of(probs)
        return action, Categorical(probs).log_prob(action)

    return choose_action


def with_share(ones):
    """So many of the many draws are action 1."""

    def action_of(probs):
        if len(probs) < DRAWS:
            return Categorical(probs).sample()
        return (torch.arange(len(probs)) < ones).long()

    return chosen(action_of)


def from_logits(net, observation):
    drawn = Categorical(logits=probabilities(net, observation))
    action = drawn.sample()
    return action, drawn.log_prob(action)


def without_graph(net, observation):
    with torch.no_grad():
        return right_action(net, observation)


def needs_float32(net, observation):
    drawn = Categorical(net(torch.as_tensor(observation)))
    action = drawn.sample()
    return action, drawn.log_prob(action)


def ask_action(choose_action, seed, task=ActTask):
    student = LocalStudent({"choose_action": choose_action}, "torch")
    return judge(task("test/act"), student, seed)


SHAPES = "one_action_and_one_log_probability_for_each_row"
LOG_PROBABILITY = "log_probability_of_the_chosen_action"
SHARES = "actions_follow_the_probabilities"


def test_an_action_earns_three_points():
    task = ActTask("test/act")

    assert (task.name, task.requires, task.points) == ("test/act", ("choose_action",), 3)
    assert described(task) == [
        (SHAPES, 1, True),
        (LOG_PROBABILITY, 1, False),
        (SHARES, 1, False),
    ]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("choose_action", [right_action, by_hand, numbers_in_a_list])
def test_a_right_action_earns_all_points(choose_action, seed):
    result = ask_action(choose_action, seed)

    assert mistakes(result) == {}
    assert result.points == 3


@pytest.mark.parametrize("seed", range(5))
def test_a_right_action_with_a_value_earns_all_points(seed):
    result = ask_action(right_action_with_value, seed, ActWithValuesTask)

    assert mistakes(result) == {}
    assert result.points == 4


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "answer",
    [
        lambda *results: None,
        lambda *results: results[0],
        lambda *results: results[:1],
        lambda *results: (*results, results[0]),
        lambda *results: dict(enumerate(results)),
    ],
    ids=["nothing", "the_action_alone", "one", "one_too_many", "dictionary"],
)
def test_another_number_of_results_ends_the_task(answer, seed):
    two = ask_action(lambda *given: answer(*right_action(*given)), seed)
    three = ask_action(
        lambda *given: answer(*right_action_with_value(*given)), seed, ActWithValuesTask
    )

    assert mistakes(two) == {
        SHAPES: "not_two_results",
    }
    assert message(two, SHAPES) == (
        "choose_action should return two things: the actions, the log-probabilities."
    )
    assert mistakes(three)[SHAPES] == "not_three_results"
    assert message(three, SHAPES) == (
        "choose_action should return three things: the actions, the log-probabilities, the values."
    )
    assert two.points == three.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda action, log_prob: (action, log_prob.sum()), "5 log-probabilities. The shape"),
        (lambda action, log_prob: (action, log_prob[:, None]), "be (5,), yours is (5, 1)"),
        (lambda action, log_prob: (action[:1], log_prob), "5 observations (float32)"),
        (lambda action, log_prob: (action[0].item(), log_prob), "5 actions. The shape"),
        (lambda action, log_prob: (action[:0].tolist(), log_prob), "yours is (0,)"),
        (lambda action, log_prob: (action.squeeze(), log_prob.squeeze()), "1 observations"),
        (lambda action, log_prob: (action, None), "log-probabilities should be a tensor"),
        (lambda action, log_prob: (["left"] * len(action), log_prob), "actions should be a"),
        (lambda action, log_prob: ([[0], [0, 1]], log_prob), "actions should be a tensor"),
        (lambda action, log_prob: (action, "minus one"), "should be a tensor"),
        (lambda action, log_prob: (object(), log_prob), "actions should be a tensor"),
    ],
)
def test_results_that_are_not_one_number_a_row_end_the_task(change, said, seed):
    result = ask_action(changed(change), seed)

    assert mistakes(result) == {
        SHAPES: "wrong_shape",
    }
    assert said in message(result, SHAPES)
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_values_are_asked_for_row_by_row_too(seed):
    def choose_action(net, observation):
        action, log_prob, value = right_action_with_value(net, observation)
        return action, log_prob, value.mean()

    result = ask_action(choose_action, seed, ActWithValuesTask)

    assert mistakes(result)[SHAPES] == "wrong_shape"
    assert "there should be 5 values" in message(result, SHAPES)


def test_observations_may_come_in_double_precision():
    assert mistakes(ask_action(needs_float32, seed=1))[SHAPES] == RAISES


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "change",
    [
        lambda action: action + 2,
        lambda action: action - 1,
        lambda action: action * 2,
        lambda action: action.float(),
        lambda action: action.bool(),
    ],
    ids=["two_and_three", "minus_one_and_zero", "zero_and_two", "floats", "yes_and_no"],
)
def test_actions_must_be_the_whole_numbers_0_and_1(change, seed):
    result = ask_action(
        changed(
            lambda action, log_prob: (change(action) if len(action) < DRAWS else action, log_prob)
        ),
        seed,
    )

    assert mistakes(result)[SHAPES] in ("wrong_actions", "actions_not_whole")
    assert "should be" in message(result, SHAPES)
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("of", "mistake", "said"),
    [
        (
            lambda probs, action: probs.gather(1, action[:, None])[:, 0],
            "probability_instead_of_log",
            "These are probabilities",
        ),
        (
            lambda probs, action: Categorical(logits=probs).log_prob(action),
            "probabilities_taken_for_logits",
            "softmax was applied again",
        ),
        (
            lambda probs, action: Categorical(probs).log_prob(1 - action),
            "log_probability_of_another_action",
            "not chosen",
        ),
        (lambda probs, action: torch.log(probs[:, 0]), "always_the_first_action", "of action 0"),
        (lambda probs, action: torch.log(probs[:, 1]), "always_the_second_action", "of action 1"),
        (
            lambda probs, action: -Categorical(probs).log_prob(action),
            "sign_flipped",
            "sign flipped",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_another_log_probability_is_named(of, mistake, said, seed):
    result = ask_action(log_probability(of), seed)

    assert mistakes(result) == {LOG_PROBABILITY: mistake}
    assert said in message(result, LOG_PROBABILITY)
    assert result.points == 2


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("log_prob", "mistake", "said"),
    [
        (
            lambda probs, action: Categorical(probs).log_prob(Categorical(probs).sample()),
            "log_probability_of_another_draw",
            "second sample()",
        ),
        (
            lambda probs, action: probs.max(dim=-1).values.log(),
            "log_probability_of_the_likeliest",
            "likeliest",
        ),
    ],
)
def test_log_probabilities_of_other_draws_are_told_apart(log_prob, mistake, said, seed):
    def choose_action(net, observation):
        probs = net(torch.as_tensor(observation, dtype=torch.float32))
        action = Categorical(probs).sample()
        return action, log_prob(probs, action)

    result = judge(
        ActTask("test/act"), LocalStudent({"choose_action": choose_action}, "torch"), seed
    )

    assert mistakes(result) == {LOG_PROBABILITY: mistake}
    assert said in message(result, LOG_PROBABILITY)


@pytest.mark.parametrize("seed", range(5))
def test_one_random_number_for_all_rows_is_not_taken_for_something_else(seed):
    def choose_action(net, observation):
        probs = net(torch.as_tensor(observation, dtype=torch.float32))
        action = (torch.rand(()) < probs[:, 1]).long()
        return action, Categorical(probs).log_prob(action)

    result = judge(
        ActTask("test/act"), LocalStudent({"choose_action": choose_action}, "torch"), seed
    )

    assert mistakes(result) == {"actions_follow_the_probabilities": "one_draw_for_all"}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("direction", [-1, 1])
@pytest.mark.parametrize(
    ("part", "mistake"), [(0.95, {}), (1.05, {LOG_PROBABILITY: "wrong_log_probability"})]
)
def test_a_log_probability_may_be_off_by_a_thousandth(part, mistake, direction, seed):
    result = ask_action(
        changed(
            lambda action, log_prob: (
                action,
                log_prob + direction * part * 1e-3 * (1 + log_prob.abs()),
            )
        ),
        seed,
    )

    assert mistakes(result) == mistake


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("choose_action", "mistake", "said"),
    [
        (chosen(lambda probs: probs.argmax(dim=-1)), "greedy_instead_of_drawn", "argmax"),
        (chosen(lambda probs: torch.randint(2, (len(probs),))), "uniform_actions", "equally"),
        (
            chosen(lambda probs: 1 - Categorical(probs).sample()),
            "actions_swapped",
            "swapped",
        ),
        (
            chosen(lambda probs: Categorical(torch.sqrt(probs)).sample()),
            "wrong_distribution",
            "from its own probabilities",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_actions_that_do_not_follow_their_probabilities_are_named(
    choose_action, mistake, said, seed
):
    result = ask_action(choose_action, seed)

    assert mistakes(result) == {SHARES: mistake}
    assert said in message(result, SHARES)
    assert result.points == 2


@pytest.mark.parametrize("seed", range(40))
def test_a_draw_that_ignores_the_probabilities_has_a_right_log_probability(seed):
    uniform = chosen(lambda probs: torch.randint(2, (len(probs),)))

    assert LOG_PROBABILITY not in mistakes(ask_action(uniform, seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_calls_that_explore_sometimes_are_not_taken_for_the_rule(seed):
    calls = iter([True] * 2 + [False] * 100)  # the first calls with many rows explore

    def actions(probs):
        uniform = len(probs) > 1000 and next(calls)
        return torch.randint(2, (len(probs),)) if uniform else Categorical(probs).sample()

    assert mistakes(ask_action(chosen(actions), seed)) == {SHARES: "exploration_on_top"}


def explores(epsilon):
    def actions(probs):
        drawn = Categorical(probs).sample()
        anything = torch.randint(2, drawn.shape)
        return torch.where(torch.rand(len(drawn)) < epsilon, anything, drawn)

    return chosen(actions)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("epsilon", [0.05, 0.1, 0.3, 0.6])
def test_exploration_on_top_of_the_policy_is_measured(epsilon, seed):
    result = ask_action(explores(epsilon), seed)

    assert mistakes(result) == {SHARES: "exploration_on_top"}
    assert "no epsilon" in message(result, SHARES)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("action_of", "mistake"),
    [
        (lambda probs: torch.zeros(len(probs), dtype=int), "always_the_same_action"),
        (lambda probs: torch.ones(len(probs), dtype=int), "always_the_same_action"),
        (lambda probs: Categorical(probs[:1].expand(len(probs), 2)).sample(), "drawn_from_one_row"),
        (lambda probs: Categorical(logits=probs).sample(), "probabilities_taken_for_logits"),
    ],
)
def test_other_ways_to_choose_are_named(action_of, mistake, seed):
    assert mistakes(ask_action(chosen(action_of), seed)) == {SHARES: mistake}


def test_a_seed_inside_the_function_is_seen():
    def seeded(net, observation):
        torch.manual_seed(42)
        return right_action(net, observation)

    assert mistakes(ask_action(seeded, 1)) == {SHARES: "seeded_anew"}


def test_a_generator_of_ones_own_is_right():
    random = np.random.default_rng()

    def choose_action(net, observation):
        probs = net(torch.as_tensor(observation, dtype=torch.float32))
        drawn = random.random(len(probs)) < probs[:, 1].detach().numpy()
        action = torch.as_tensor(drawn.astype(int))
        return action, torch.log(probs[torch.arange(len(probs)), action])

    assert ask_action(choose_action, 1).points == 3


def test_swapped_results_are_told_so():
    def swapped(net, observation):
        return right_action(net, observation)[::-1]

    assert mistakes(ask_action(swapped, 1)) == {SHAPES: "results_swapped"}


@pytest.mark.parametrize("probability", [0.2, 0.5, 0.8])
def test_a_share_may_be_off_by_six_standard_deviations(probability):
    deviation = np.sqrt(probability * (1 - probability) / DRAWS)

    assert share_tolerance(probability) == pytest.approx(6 * deviation)


def test_an_action_that_is_certain_may_never_be_missed():
    assert share_tolerance(0) == share_tolerance(1) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_probabilities_taken_for_logits_fail_the_draws_as_well(seed):
    assert mistakes(ask_action(from_logits, seed)) == {
        LOG_PROBABILITY: "probabilities_taken_for_logits",
        SHARES: "probabilities_taken_for_logits",
    }


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "choose_action",
    [
        without_graph,
        changed(lambda action, log_prob: (action, log_prob.detach())),
        changed(lambda action, log_prob: (action, log_prob.detach().numpy())),
    ],
    ids=["no_grad", "detach", "numpy"],
)
def test_a_log_probability_that_is_cut_off_costs_its_point(choose_action, seed):
    result = ask_action(choose_action, seed)

    assert mistakes(result) == {LOG_PROBABILITY: "graph_cut"}
    assert "nothing will be learned" in message(result, LOG_PROBABILITY)
    assert result.points == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_with_a_value_the_log_probability_must_still_know_the_network(seed):
    def choose_action(net, observation):
        action, log_prob, value = right_action_with_value(net, observation)
        return action, log_prob.detach(), value

    assert mistakes(ask_action(choose_action, seed, ActWithValuesTask)) == {
        LOG_PROBABILITY: "graph_cut"
    }
