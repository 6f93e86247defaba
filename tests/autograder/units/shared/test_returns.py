"""Returns and their normalisation: each typical wrong answer is known by its name."""

import numpy as np
import pytest
import torch

from autograder.checks.judge import judge
from autograder.units.shared.returns import NormaliseTask, ReturnsTask, discounted
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import message, mistakes

SEEDS = (0, 1)
LENGTH = "one_return_for_each_reward"
RIGHT = "returns_are_right"
WHOLE = "integer_rewards"
ALONE = "rewards_are_left_alone"
SPREAD = "mean_zero_spread_one"
FINITE = "equal_returns_stay_finite"


def returns_of(rewards, gamma):
    returns, following = [], 0.0
    for reward in reversed(rewards):
        following = reward + gamma * following
        returns.insert(0, following)
    return returns


def returns_as_a_tensor(rewards, gamma):
    return torch.tensor(returns_of(rewards, gamma))


def returns_as_an_array(rewards, gamma):
    return discounted(np.array(rewards), gamma)


def returns_as_a_list_of_tensors(rewards, gamma):
    return [torch.tensor(value) for value in returns_of(rewards, gamma)]


def returns_as_a_list_of_numpy_numbers(rewards, gamma):
    return list(returns_as_an_array(rewards, gamma))


def returns_by_a_matrix(rewards, gamma):
    steps = torch.arange(len(rewards))
    ahead = steps[None, :] - steps[:, None]
    weights = torch.where(ahead >= 0, gamma ** ahead.clamp(min=0), 0.0)
    return weights @ torch.tensor(rewards, dtype=torch.float32)


def undiscounted(rewards, gamma):
    return returns_of(rewards, 1.0)


def the_first_return_everywhere(rewards, gamma):
    return [returns_of(rewards, gamma)[0]] * len(rewards)


def last_return_first(rewards, gamma):
    return returns_of(rewards, gamma)[::-1]


def discounted_rewards(rewards, gamma):
    return [reward * gamma**step for step, reward in enumerate(rewards)]


def added_up_from_the_front(rewards, gamma):
    return returns_of(rewards[::-1], gamma)[::-1]


def without_the_own_reward(rewards, gamma):
    return [*returns_of(rewards, gamma)[1:], 0.0]


def own_reward_discounted(rewards, gamma):
    return [gamma * value for value in returns_of(rewards, gamma)]


def rewards_themselves(rewards, gamma):
    return list(rewards)


def next_reward_only(rewards, gamma):
    return [a + gamma * b for a, b in zip(rewards, [*rewards[1:], 0.0], strict=True)]


def first_step_left_out(rewards, gamma):
    return [0.0, *returns_of(rewards, gamma)[1:]]


def a_reward_of_1_in_each_step(rewards, gamma):
    return returns_of([1.0] * len(rewards), gamma)


def normalised_returns(rewards, gamma):
    return normalised(torch.tensor(returns_of(rewards, gamma)))


def one_value_not_a_number(rewards, gamma):
    return [*returns_of(rewards, gamma)[:-1], float("nan")]


def cut_to_whole_numbers(rewards, gamma):
    returns = torch.tensor(rewards)
    for step in reversed(range(len(rewards) - 1)):
        returns[step] = returns[step] + gamma * returns[step + 1]
    return returns


def reverses_the_rewards(rewards, gamma):
    rewards.reverse()
    return returns_of(rewards[::-1], gamma)


def uses_the_rewards_up(rewards, gamma):
    right = returns_of(rewards, gamma)
    rewards.clear()
    return right


def nudged(share):
    """Returns that are off by a share of what is tolerated."""

    def returns(rewards, gamma):
        right = returns_as_an_array(rewards, gamma)
        return right + share * 1e-3 * (1 + np.abs(right))

    return returns


def asked_for_returns(function, seed=0):
    def as_tensor(rewards, gamma):
        found = function(rewards, gamma)
        plain = isinstance(found, list) and all(type(item) is float for item in found)
        return torch.tensor(found) if plain or isinstance(found, np.ndarray) else found

    student = LocalStudent({"discounted_returns": as_tensor}, "torch")
    return judge(ReturnsTask("test/returns"), student, seed)


def asked_to_normalise(function, seed=0):
    student = LocalStudent({"normalise": function}, "torch")
    return judge(NormaliseTask("test/normalise"), student, seed)


@pytest.mark.parametrize(
    ("rewards", "gamma", "returns"),
    [
        ([1.0, 2.0, 3.0], 0.5, [2.75, 3.5, 3.0]),
        ([1.0, 2.0, 3.0], 0.0, [1.0, 2.0, 3.0]),
        ([1.0, 2.0, 3.0], 1.0, [6.0, 5.0, 3.0]),
        ([4.0], 0.9, [4.0]),
        ([], 0.9, []),
    ],
)
def test_a_return_is_the_reward_and_the_discounted_return_that_follows(rewards, gamma, returns):
    assert discounted(np.array(rewards), gamma).tolist() == returns


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "function",
    [
        returns_of,
        returns_as_a_tensor,
        returns_by_a_matrix,
    ],
)
def test_right_returns_earn_all_points(function, seed):
    result = asked_for_returns(function, seed)

    assert mistakes(result) == {}
    assert result.points == result.max_points == 3


def test_right_returns_whole_rewards_and_an_unchanged_list_give_a_point_each():
    points = {check.name: check.points for check in ReturnsTask("test/returns").checks}

    assert points == {LENGTH: 0, RIGHT: 1, WHOLE: 1, ALONE: 1}


def test_the_tasks_are_named_after_their_unit_and_need_one_function():
    returns, normalise = ReturnsTask("test/returns"), NormaliseTask("test/normalise")

    assert (returns.name, returns.requires) == ("test/returns", ("discounted_returns",))
    assert (normalise.name, normalise.requires) == ("test/normalise", ("normalise",))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("function", "mistake", "says"),
    [
        (undiscounted, "no_discount", "gamma is missing"),
        (the_first_return_everywhere, "whole_return_everywhere", "the whole episode"),
        (last_return_first, "not_reversed_back", "wrong order"),
        (discounted_rewards, "discounted_but_not_summed", "did not add up"),
        (added_up_from_the_front, "accumulated_from_the_front", "paid for the past"),
        (without_the_own_reward, "shifted_by_one", "lacks its own"),
        (own_reward_discounted, "own_reward_discounted", "by the factor gamma"),
        (rewards_themselves, "rewards_themselves", "nothing that follows"),
        (next_reward_only, "one_step_only", "Only the next reward"),
        (first_step_left_out, "first_step_missing", "range(n - 1, -1, -1)"),
        (a_reward_of_1_in_each_step, "rewards_ignored", "rewards that are all 1"),
        (normalised_returns, "normalised_already", "another exercise"),
        (one_value_not_a_number, "wrong_returns", "the returns should be"),
    ],
)
def test_wrong_returns_are_named(function, mistake, says, seed):
    result = asked_for_returns(function, seed)
    found = mistakes(result)

    assert found[RIGHT] == mistake
    assert says in message(result, RIGHT)
    assert found.keys() == {RIGHT}
    assert result.points == 0


@pytest.mark.parametrize(
    ("fixed", "mistake"),
    [
        (lambda rewards, gamma: returns_of(rewards, 0.99), "fixed_discount"),
        (lambda rewards, gamma: added(rewards, gamma), "gamma_added"),
        (lambda rewards, gamma: discounted_at_the_wrong_place(rewards, gamma), None),
    ],
)
def test_a_discount_at_the_wrong_place_is_named(fixed, mistake):
    found = mistakes(asked_for_returns(fixed))

    assert found == {RIGHT: mistake or "reward_discounted_instead"}


def added(rewards, gamma):
    returns, following = [], 0.0
    for reward in reversed(rewards):
        following = reward + gamma + following
        returns.insert(0, following)
    return returns


def discounted_at_the_wrong_place(rewards, gamma):
    returns, following = [], 0.0
    for reward in reversed(rewards):
        following = gamma * reward + following
        returns.insert(0, following)
    return returns


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_returns_that_are_no_tensor_are_told_so(kind):
    student = LocalStudent({"discounted_returns": lambda *given: kind(returns_of(*given))}, "torch")

    assert mistakes(judge(ReturnsTask("test/returns"), student, 1)) == {LENGTH: "not_a_tensor"}


def test_the_message_shows_rewards_discount_and_returns_to_work_out_on_paper():
    asked = []

    def remembers(rewards, gamma):
        asked.append((list(rewards), gamma))
        return one_value_not_a_number(rewards, gamma)

    said = message(asked_for_returns(remembers), RIGHT)
    rewards, gamma = asked[1]

    assert f"For the rewards {rewards} and gamma = {gamma} the returns should be" in said
    assert str(np.round(returns_of(rewards, gamma), 2).tolist()) in said


def test_rewards_between_minus_2_and_4_and_discounts_below_1_have_two_decimals():
    asked = []

    def remembers(rewards, gamma):
        asked.append((rewards, gamma))
        return returns_of(rewards, gamma)

    for seed in range(10):
        asked_for_returns(remembers, seed)
    drawn = [reward for rewards, _ in asked[1::8] for reward in rewards]
    discounts = [gamma for _, gamma in asked[1::8]]

    assert -2 <= min(drawn) < -1 and 3 < max(drawn) <= 4
    assert min(discounts) >= 0.4 and max(discounts) <= 0.8
    assert len(set(discounts)) > 5
    assert [round(number, 2) for number in drawn + discounts] == drawn + discounts
    assert all(0 < gamma < 1 for _, gamma in asked)


@pytest.mark.parametrize("seed", SEEDS)
def test_returns_may_be_off_by_a_thousandth(seed):
    assert mistakes(asked_for_returns(nudged(0.9), seed)) == {}
    assert mistakes(asked_for_returns(nudged(-0.9), seed)) == {}
    for share in (1.1, -1.1):
        assert mistakes(asked_for_returns(nudged(share), seed)) == {RIGHT: "wrong_returns"}


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda rewards, gamma: returns_of(rewards, gamma)[0], "not a float"),
        (lambda rewards, gamma: returns_of(rewards, gamma)[1:], "yours is (2,)"),
        (lambda rewards, gamma: [*returns_of(rewards, gamma), 0.0], "yours is (4,)"),
        (lambda rewards, gamma: returns_as_a_tensor(rewards, gamma)[:, None], "yours is (3, 1)"),
        (lambda rewards, gamma: returns_as_a_tensor(rewards, gamma)[None], "yours is (1, 3)"),
        (lambda rewards, gamma: [returns_as_a_tensor(rewards, gamma)], "not a list"),
        (lambda rewards, gamma: [str(value) for value in returns_of(rewards, gamma)], "not a list"),
        (lambda rewards, gamma: [], "yours is (0,)"),
        (lambda rewards, gamma: None, "not None"),
    ],
)
def test_there_must_be_one_return_for_each_reward(function, says):
    result = asked_for_returns(function)
    first, *others = result.checks

    assert (first.check, first.mistake) == (LENGTH, "wrong_length")
    assert says in first.message
    assert {check.mistake for check in others} == {"not_reached"}
    assert result.points == 0


@pytest.mark.parametrize("seed", range(40))
def test_returns_cut_to_whole_numbers_are_noticed(seed):
    result = asked_for_returns(cut_to_whole_numbers, seed)

    assert mistakes(result) == {WHOLE: "integer_returns"}
    assert "cut to whole numbers" in message(result, WHOLE)
    assert result.points == 2


def test_the_message_shows_the_whole_rewards_and_their_returns():
    asked = []

    def remembers(rewards, gamma):
        asked.append((list(rewards), gamma))
        whole = all(type(reward) is int for reward in rewards)
        return (one_value_not_a_number if whole else returns_of)(rewards, gamma)

    said = message(asked_for_returns(remembers), WHOLE)
    rewards, gamma = asked[5]

    assert all(type(reward) is int for reward in rewards)
    assert gamma == 0.5
    assert f"{rewards} and gamma = 0.5 the returns should be {returns_of(rewards, 0.5)}" in said


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("function", [reverses_the_rewards, uses_the_rewards_up])
def test_the_rewards_must_be_left_alone(function, seed):
    result = asked_for_returns(function, seed)

    assert mistakes(result) == {ALONE: "rewards_changed"}
    assert result.points == 2


def normalised(returns):
    return (returns - returns.mean()) / (returns.std(correction=0) + 1e-8)


def sample_spread(returns):
    return returns.std() if len(returns) > 1 else 0.0


def normalised_by_the_sample_spread(returns):
    return (returns - returns.mean()) / (sample_spread(returns) + 1e-8)


def nothing_done(returns):
    return returns


def only_centred(returns):
    return returns - returns.mean()


def only_divided(returns):
    return returns / (returns.std(correction=0) + 1e-8)


def only_divided_by_the_sample_spread(returns):
    return returns / (sample_spread(returns) + 1e-8)


def divided_by_the_variance(returns):
    return only_centred(returns) / (returns.var(correction=0) + 1e-8)


def divided_by_the_sample_variance(returns):
    return only_centred(returns) / (sample_spread(returns) ** 2 + 1e-8)


def from_0_to_1(returns):
    if len(returns) == 1 or returns.max() == returns.min():
        return 0 * returns
    return (returns - returns.min()) / (returns.max() - returns.min())


def of_length_1(returns):
    return torch.nn.functional.normalize(returns, dim=0)


def divided_by_the_length(returns):
    return torch.nn.functional.normalize(only_centred(returns), dim=0)


def divided_by_1_or_more(returns):
    return only_centred(returns) / returns.std(correction=0).clamp(min=1.0)


def mean_added(returns):
    return (returns + returns.mean()) / (returns.std(correction=0) + 1e-8)


def divided_by_zero(returns):
    return (returns - returns.mean()) / returns.std(correction=0)


def spread_of_a_single_number(returns):
    return (returns - returns.mean()) / (returns.std() + 1e-8)


def one_extreme_for_equal_returns(returns):
    values = normalised(returns)
    if len(returns) > 1 and returns.std() == 0:
        values[0] = float("inf")
    return values


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("function", [normalised, normalised_by_the_sample_spread])
def test_a_right_normalisation_earns_all_points(function, seed):
    result = asked_to_normalise(function, seed)

    assert mistakes(result) == {}
    assert result.points == result.max_points == 2


def test_each_check_of_the_normalisation_gives_a_point():
    points = {check.name: check.points for check in NormaliseTask("test/normalise").checks}

    assert points == {SPREAD: 1, FINITE: 1}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("function", "mistake", "says"),
    [
        (only_centred, "not_divided", "divide by the standard deviation"),
        (only_divided, "mean_not_removed", "subtract returns.mean()"),
        (only_divided_by_the_sample_spread, "mean_not_removed", "subtract returns.mean()"),
        (divided_by_the_variance, "divided_by_variance", "square root"),
        (divided_by_the_sample_variance, "divided_by_variance", "square root"),
        (from_0_to_1, "scaled_to_0_1", "between 0 and 1"),
        (of_length_1, "scaled_to_length_1", "squares sum to 1"),
        (divided_by_the_length, "sum_of_squares", "root of their mean"),
        (divided_by_1_or_more, "divided_by_at_least_one", "kept at 1 or more"),
        (mean_added, "wrong_normalisation", "mean 0 and standard deviation 1"),
        (nothing_done, "wrong_normalisation", "mean 0 and standard deviation 1"),
    ],
)
def test_wrong_normalisations_are_named(function, mistake, says, seed):
    result = asked_to_normalise(function, seed)

    assert mistakes(result) == {SPREAD: mistake}
    assert says in message(result, SPREAD)
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("right", [normalised, normalised_by_the_sample_spread])
def test_a_normalisation_may_be_off_by_a_thousandth(right, seed):
    assert mistakes(asked_to_normalise(lambda returns: right(returns) + 0.9e-3, seed)) == {}
    assert mistakes(asked_to_normalise(lambda returns: right(returns) + 5e-3, seed)) == {
        SPREAD: "wrong_normalisation"
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_a_large_value_may_be_off_by_a_thousandth_of_itself_more(seed):
    def nudged_by(share):
        def normalise(returns):
            right = normalised(returns)
            return right + share * 1e-3 * (1 + right.abs())

        return normalise

    assert mistakes(asked_to_normalise(nudged_by(0.9), seed)) == {}
    assert mistakes(asked_to_normalise(nudged_by(1.1), seed)) == {SPREAD: "wrong_normalisation"}


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda returns: normalised(returns)[1:], "yours is (6,)"),
        (lambda returns: normalised(returns)[None], "yours is (1, 7)"),
        (lambda returns: normalised(returns).sum(), "yours is ()"),
    ],
)
def test_normalised_returns_keep_their_shape(function, says):
    result = asked_to_normalise(function)

    assert mistakes(result)[SPREAD] == "wrong_shape"
    assert "should be (7,)" in message(result, SPREAD)
    assert says in message(result, SPREAD)


@pytest.mark.filterwarnings("ignore:.*degrees of freedom")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("function", "returns"),
    [
        (divided_by_zero, [2.0, 2.0, 2.0, 2.0]),
        (one_extreme_for_equal_returns, [2.0, 2.0, 2.0, 2.0]),
        (spread_of_a_single_number, [3.0]),
    ],
)
def test_equal_returns_must_stay_finite(function, returns, seed):
    result = asked_to_normalise(function, seed)

    assert mistakes(result) == {FINITE: "division_by_zero"}
    assert f"For the returns {returns} you get nan" in message(result, FINITE)
    assert result.points == 1


def test_equal_returns_must_come_back_as_a_tensor():
    result = asked_to_normalise(lambda returns: normalised(returns) if len(returns) == 7 else None)

    assert mistakes(result) == {FINITE: "division_by_zero"}


def test_normalised_returns_that_are_no_tensor_are_told_so():
    result = asked_to_normalise(lambda returns: normalised(returns).numpy())

    assert mistakes(result) == {"mean_zero_spread_one": "not_a_tensor"}
