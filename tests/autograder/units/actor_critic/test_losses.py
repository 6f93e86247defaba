"""The advantage and the two losses of actor_critic: right ones pass, wrong ones get a name."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder.checks.judge import RAISES, judge
from autograder.units.actor_critic.advantage import AdvantageTask, leaks
from autograder.units.actor_critic.losses import LossesTask, Slopes, Steps, smooth_l1
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import verdicts

SEEDS = (1, 2)

IS_DIFFERENCE = "return_minus_value"
IS_DETACHED = "no_gradient_through_the_value"

ARE_NUMBERS = "two_single_numbers"
POLICY = "loss_of_the_policy"
CRITIC = "loss_of_the_critic"
GRADIENTS = "gradients_go_where_they_should"

advantage = AdvantageTask("actor_critic/advantage")
losses = LossesTask("actor_critic/losses")


def failures(task, function, seed):
    """The checks that fail, and the mistake and message of each; those not reached left out."""
    student = LocalStudent({task.requires[0]: function}, "torch")
    return verdicts(judge(task, student, seed))


def named(task, function, seed):
    return {name: mistake for name, (mistake, _) in failures(task, function, seed).items()}


def right_advantage(returns, values):
    return returns - values.detach()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "function",
    [
        right_advantage,
        lambda returns, values: (returns - values).detach(),
        lambda returns, values: returns - values.detach() + 0 * values,
        lambda returns, values: right_advantage(returns, values) + 0.9e-4,
    ],
    ids=["detached value", "detached difference", "gradient of zero", "rounded"],
)
def test_a_right_advantage_earns_all_points(function, seed):
    assert named(advantage, function, seed) == {}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("function", "check", "mistake", "said"),
    [
        (
            lambda returns, values: values.detach() - returns,
            IS_DIFFERENCE,
            "sign_flipped",
            "return minus value",
        ),
        (lambda returns, values: returns, IS_DIFFERENCE, "values_ignored", "not subtracted"),
        (
            lambda returns, values: returns - values.roll(-1),
            IS_DIFFERENCE,
            "value_of_another_step",
            "step after",
        ),
        (
            lambda returns, values: returns - torch.cat([torch.zeros(1), values[:-1]]),
            IS_DIFFERENCE,
            "value_of_another_step",
            "step before",
        ),
        (
            lambda returns, values: (returns - values.detach()).abs(),
            IS_DIFFERENCE,
            "distance_instead_of_difference",
            "absolute differences",
        ),
        (
            lambda returns, values: (returns - values.detach()) ** 2,
            IS_DIFFERENCE,
            "distance_instead_of_difference",
            "squared",
        ),
        (
            lambda returns, values: returns + values.detach(),
            IS_DIFFERENCE,
            "wrong_advantage",
            "six advantages",
        ),
        (
            lambda returns, values: right_advantage(returns, values) * 1.01 + 1e-3,
            IS_DIFFERENCE,
            "wrong_advantage",
            "return minus its value",
        ),
        (
            lambda returns, values: returns - values.detach()[:, None],
            IS_DIFFERENCE,
            "wrong_advantage",
            "yours is (6, 6)",
        ),
        (
            lambda returns, values: right_advantage(returns, values).tolist(),
            IS_DIFFERENCE,
            "wrong_advantage",
            "not a list",
        ),
        (
            lambda returns, values: returns - values,
            IS_DETACHED,
            "value_not_detached",
            "values.detach()",
        ),
        (
            lambda returns, values: returns - 2 * values.detach() + values,
            IS_DETACHED,
            "value_not_detached",
            "gradient flows through the value",
        ),
        (
            lambda returns, values: (
                right_advantage(returns, values) + values[0] - values[0].detach()
            ),
            IS_DETACHED,
            "value_not_detached",
            "gradient flows through the value",
        ),
    ],
)
def test_a_wrong_advantage_is_named(function, check, mistake, said, seed):
    found = failures(advantage, function, seed)

    assert list(found) == [check]
    assert found[check][0] == mistake
    assert said in found[check][1]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_advantage_is_asked_for_both_kinds_of_floats(dtype):
    def only_one_kind(returns, values):
        assert returns.dtype == values.dtype == dtype
        return right_advantage(returns, values)

    assert named(advantage, only_one_kind, 0)[IS_DIFFERENCE] == RAISES


def test_the_checks_of_the_advantage_give_these_points():
    assert {check.name: check.points for check in advantage.checks} == {
        IS_DIFFERENCE: 1,
        IS_DETACHED: 1,
    }
    assert [check.name for check in advantage.checks if check.blocking] == [IS_DIFFERENCE]


def policy_loss(log_probs, advantages):
    return -(advantages * log_probs).mean()


def right_losses(log_probs, advantages, values, returns):
    return policy_loss(log_probs, advantages), F.smooth_l1_loss(values, returns)


def both(policy, critic):
    """Two losses, each the mean of something that is computed step by step."""
    return lambda *steps: (policy(*steps).mean(), critic(*steps).mean())


def both_summed(policy, critic):
    return lambda *steps: (policy(*steps).sum(), critic(*steps).sum())


def policy_steps(log_probs, advantages, values, returns):
    return -advantages * log_probs


def critic_steps(log_probs, advantages, values, returns):
    return F.smooth_l1_loss(values, returns, reduction="none")


def off_by(share):
    """Both losses larger by a share of what the tolerance allows at 0."""
    return lambda *steps: tuple(
        loss + share * 1e-3 * loss.detach() * (1 + 1 / loss.abs().detach())
        for loss in right_losses(*steps)
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "function",
    [
        right_losses,
        both(policy_steps, critic_steps),
        both_summed(policy_steps, critic_steps),
        lambda *steps: list(right_losses(*steps)),
        lambda *steps: [loss[None] for loss in right_losses(*steps)],
        lambda *steps: torch.stack(right_losses(*steps)),
        lambda *steps: (policy_steps(*steps).mean(), F.huber_loss(steps[2], steps[3])),
        off_by(0.9),
        lambda *steps: tuple(8 * loss * 1.0009 for loss in right_losses(*steps)),
        lambda log_probs, advantages, values, returns: (
            policy_loss(log_probs, returns - values.detach()),
            F.smooth_l1_loss(values, returns),
        ),
        lambda *steps: tuple(
            loss + 0 * sum(map(torch.sum, steps)) for loss in right_losses(*steps)
        ),
    ],
    ids=[
        "plain",
        "step by step",
        "sums",
        "list",
        "with a dimension",
        "stacked",
        "huber",
        "rounded",
        "rounded sums",
        "own advantage",
        "gradients of zero",
    ],
)
def test_right_losses_earn_all_points(function, seed):
    assert named(losses, function, seed) == {}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("function", "mistake", "said"),
    [
        (lambda *steps: sum(right_losses(*steps)), "not_two_losses", "two things"),
        (lambda *steps: (*right_losses(*steps), steps[0]), "not_two_losses", "two things"),
        (lambda *steps: right_losses(*steps)[:1], "not_two_losses", "two things"),
        (lambda *steps: None, "not_two_losses", "two things"),
        (
            lambda *steps: (policy_steps(*steps), critic_steps(*steps).mean()),
            "not_a_number",
            "(8,)",
        ),
        (
            lambda *steps: (policy_steps(*steps).mean(), critic_steps(*steps)),
            "not_a_number",
            "(8,)",
        ),
        (
            lambda *steps: tuple(loss.item() for loss in right_losses(*steps)),
            "plain_number",
            ".item()",
        ),
    ],
)
def test_what_is_not_two_numbers_ends_the_task(function, mistake, said, seed):
    found = failures(losses, function, seed)

    assert list(found) == [ARE_NUMBERS]
    assert found[ARE_NUMBERS][0] == mistake
    assert said in found[ARE_NUMBERS][1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("reduced", [both, both_summed], ids=["mean", "sum"])
@pytest.mark.parametrize(
    ("policy", "mistake", "said"),
    [
        (lambda *steps: -policy_steps(*steps), "sign_flipped", "minus in front"),
        (
            lambda log_probs, advantages, values, returns: -returns * log_probs,
            "returns_instead_of_advantages",
            "without a critic",
        ),
        (
            lambda log_probs, advantages, values, returns: -values.detach() * log_probs,
            "values_instead_of_advantages",
            "multiplied by the values",
        ),
        (
            lambda log_probs, advantages, values, returns: -advantages * log_probs.exp(),
            "probability_instead_of_log",
            "no exp",
        ),
        (
            lambda log_probs, advantages, values, returns: -log_probs,
            "advantages_ignored",
            "advantages are missing",
        ),
        (
            lambda log_probs, advantages, values, returns: (
                -advantages * log_probs + 0.01 * log_probs * log_probs.exp()
            ),
            "something_added",
            "entropy",
        ),
        (lambda *steps: 2 * policy_steps(*steps), "wrong_policy_loss", "minus advantage times"),
    ],
)
def test_a_wrong_loss_of_the_policy_is_named(policy, reduced, mistake, said, seed):
    found = failures(losses, reduced(policy, critic_steps), seed)

    assert list(found) == [POLICY]
    assert found[POLICY][0] == mistake
    assert said in found[POLICY][1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("reduced", [both, both_summed], ids=["mean", "sum"])
@pytest.mark.parametrize(
    ("critic", "mistake", "said"),
    [
        (
            lambda log_probs, advantages, values, returns: (values - returns) ** 2,
            "squared_error",
            "mean squared error",
        ),
        (
            lambda log_probs, advantages, values, returns: (values - returns) ** 2 / 2,
            "squared_error",
            "half the squared error",
        ),
        (
            lambda log_probs, advantages, values, returns: (values - returns).abs(),
            "absolute_error",
            "quadratic near zero",
        ),
        (
            lambda log_probs, advantages, values, returns: F.smooth_l1_loss(
                values, advantages, reduction="none"
            ),
            "values_against_advantages",
            "predict the returns",
        ),
        (lambda *steps: -critic_steps(*steps), "sign_flipped", "as wrong as possible"),
        (lambda *steps: 3 * critic_steps(*steps), "wrong_value_loss", "smooth_l1_loss"),
    ],
)
def test_a_wrong_loss_of_the_critic_is_named(critic, reduced, mistake, said, seed):
    found = failures(losses, reduced(policy_steps, critic), seed)

    assert list(found) == [CRITIC]
    assert found[CRITIC][0] == mistake
    assert said in found[CRITIC][1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("reduced", [both, both_summed], ids=["mean", "sum"])
def test_advantages_compared_with_returns_are_named(reduced, seed):
    def without_values(log_probs, advantages, values, returns):
        return F.smooth_l1_loss(advantages, returns, reduction="none")

    assert named(losses, reduced(policy_steps, without_values), seed) == {
        CRITIC: "advantages_against_returns",
    }


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("reduced", [both, both_summed], ids=["mean", "sum"])
def test_swapped_losses_are_named(reduced, seed):
    assert named(losses, reduced(critic_steps, policy_steps), seed) == {
        POLICY: "losses_swapped",
        CRITIC: "losses_swapped",
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_losses_off_by_more_than_the_tolerance_are_wrong(seed):
    assert named(losses, off_by(1.1), seed) == {
        POLICY: "wrong_policy_loss",
        CRITIC: "wrong_value_loss",
    }


def scaled(policy, critic):
    """The mean losses, each times a number; n = 8 gives the sum."""
    return lambda *steps: (
        policy * policy_steps(*steps).mean(),
        critic * critic_steps(*steps).mean(),
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("policy", "critic", "heard"),
    [
        (1, 8, "the critic's"),
        (8, 1, "the policy's"),
        (1.0009, 8 * 1.0009, "the critic's"),
        (8 * 1.0009, 1.0009, "the policy's"),
    ],
)
def test_a_mean_beside_a_sum_is_named(policy, critic, heard, seed):
    found = failures(losses, scaled(policy, critic), seed)

    assert list(found) == [CRITIC]
    assert found[CRITIC][0] == "mean_and_sum_mixed"
    assert f"only {heard} would count" in found[CRITIC][1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("policy", "critic"),
    [(1, 3), (3, 1), (8, 3), (3, 8), (3, 3), (1, 8.1), (8.1, 1), (1.01, 8), (8, 1.01)],
)
def test_what_is_neither_mean_nor_sum_is_not_called_a_mixture(policy, critic, seed):
    assert "mean_and_sum_mixed" not in named(losses, scaled(policy, critic), seed).values()


def leaked(tensor, slope):
    """0, with this gradient for the tensor's first number."""
    return slope * (tensor[0] - tensor[0].detach())


def with_gradients(policy=(None, 0.0), critic=(None, 0.0)):
    """Right numbers; each loss has another gradient: of which argument, and how large."""

    def function(*steps):
        found = []
        for loss, (number, slope) in zip(right_losses(*steps), (policy, critic), strict=True):
            found.append(loss if number is None else loss + leaked(steps[number], slope))
        return found

    return function


def only_this_gradient(output, argument, slope):
    """Right numbers, but one loss has nothing else than this gradient."""

    def function(*steps):
        found = list(right_losses(*steps))
        found[output] = found[output].detach() + leaked(steps[argument], slope)
        return found

    return function


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("function", "mistake", "said"),
    [
        (
            lambda log_probs, *others: right_losses(log_probs.detach(), *others),
            "policy_graph_cut",
            "policy would never learn",
        ),
        (
            lambda log_probs, advantages, values, returns: right_losses(
                log_probs, advantages, values.detach(), returns
            ),
            "critic_graph_cut",
            "critic would never learn",
        ),
        (
            lambda log_probs, advantages, values, returns: right_losses(
                log_probs, returns - values, values, returns
            ),
            "policy_teaches_the_critic",
            "must be detached",
        ),
        (with_gradients(policy=(2, 0.01)), "policy_teaches_the_critic", "gradient for the values"),
        (with_gradients(policy=(2, -0.01)), "policy_teaches_the_critic", "gradient for the values"),
        (with_gradients(critic=(0, 0.01)), "critic_teaches_the_policy", "values and returns only"),
        (with_gradients(critic=(0, -0.01)), "critic_teaches_the_policy", "values and returns only"),
        (with_gradients(policy=(0, 0.1)), "wrong_policy_gradient", "minus its advantage"),
        (only_this_gradient(0, 0, 2.0), "wrong_policy_gradient", "minus its advantage"),
        (only_this_gradient(0, 0, -2.0), "wrong_policy_gradient", "minus its advantage"),
        (with_gradients(critic=(2, 0.1)), "wrong_value_gradient", "at most 1"),
        (only_this_gradient(1, 2, 2.0), "wrong_value_gradient", "at most 1"),
        (only_this_gradient(1, 2, -2.0), "wrong_value_gradient", "at most 1"),
    ],
)
def test_right_numbers_with_wrong_gradients_are_named(function, mistake, said, seed):
    found = failures(losses, function, seed)

    assert list(found) == [GRADIENTS]
    assert found[GRADIENTS][0] == mistake
    assert said in found[GRADIENTS][1]


@pytest.mark.parametrize("seed", range(10))
def test_the_steps_lie_on_both_sides_of_the_bend(seed):
    asked = []

    def listening(*steps):
        asked.append([step.detach().numpy() for step in steps])
        return right_losses(*steps)

    assert named(losses, listening, seed) == {}
    for log_probs, advantages, values, returns in asked:
        assert all(step.dtype == np.float32 for step in (log_probs, advantages, values, returns))
        np.testing.assert_array_equal(advantages, returns - values)
        assert np.all((np.exp(log_probs) > 0.09) & (np.exp(log_probs) < 0.91))
        size = np.abs(advantages)
        assert np.sum(size > 1.1) == np.sum(size < 0.9) == len(size) / 2
        assert np.all(size > 0.1)


def test_the_checks_of_the_losses_give_these_points():
    assert {check.name: check.points for check in losses.checks} == {
        ARE_NUMBERS: 0,
        POLICY: 1,
        CRITIC: 1,
        GRADIENTS: 2,
    }
    assert [check.name for check in losses.checks if check.blocking] == [ARE_NUMBERS]


def test_smooth_l1_is_that_of_torch():
    errors = np.array([-3.0, -1.0, -0.5, 0.0, 0.25, 0.999, 1.0, 1.001, 2.0])
    right = F.smooth_l1_loss(torch.tensor(errors), torch.zeros(9).double(), reduction="none")

    np.testing.assert_allclose(smooth_l1(errors), right.numpy())


@pytest.mark.parametrize(
    ("function", "leaking"),
    [
        (right_advantage, False),
        (lambda returns, values: returns - values, True),
        (lambda returns, values: returns + values, True),
        (lambda returns, values: returns + 0 * values, False),
    ],
)
def test_an_advantage_leaks_if_the_value_moves_it(function, leaking):
    student = LocalStudent({"advantage": function}, "torch")

    assert leaks(student, np.ones(3, np.float32), np.zeros(3, np.float32)) is leaking


def test_slopes_are_zero_where_there_is_no_way():
    def losses(log_probs, advantages, values, returns):
        return 2 * log_probs.sum(), (3 * log_probs * values).sum()

    student = LocalStudent({"losses": losses}, "torch")
    steps = Steps.draw(np.random.default_rng(1))

    first, second = Slopes.of(student, 0, steps), Slopes.of(student, 1, steps)

    np.testing.assert_allclose(first.log_probs, np.full(8, 2))
    np.testing.assert_allclose(first.values, np.zeros(8))
    np.testing.assert_allclose(second.log_probs, 3 * steps.values, rtol=1e-5)
    np.testing.assert_allclose(second.values, 3 * steps.log_probs, rtol=1e-5)
