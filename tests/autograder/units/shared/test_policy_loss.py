"""The loss of REINFORCE: right ones pass, each wrong one is named."""

import pytest
import torch

from autograder.checks.judge import judge
from autograder.units.shared.policy_loss import PolicyLossTask
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import message, mistakes

SEEDS = range(2)


def described(task):
    return [(check.name, check.points, check.blocking) for check in task.checks]


def ask_loss(policy_loss, seed):
    student = LocalStudent({"policy_loss": policy_loss}, "torch")
    return judge(PolicyLossTask("test/loss"), student, seed)


def right_loss(log_probs, returns):
    return -(log_probs * returns).sum()


def mean_loss(log_probs, returns):
    return right_loss(log_probs, returns) / len(returns)


def with_value(value, loss):
    """A loss with another value, and the gradient of this one."""
    return loss + (value - loss).detach()


def loop(log_probs, returns):
    total = 0
    for log_prob, value in zip(log_probs, returns, strict=True):
        total = total - log_prob * value
    return total


def test_a_loss_earns_two_points():
    task = PolicyLossTask("test/loss")

    assert (task.name, task.requires, task.points) == ("test/loss", ("policy_loss",), 2)
    assert described(task) == [
        ("a_single_number", 0, True),
        ("value", 1, False),
        ("gradient_reaches_the_policy", 1, False),
    ]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "policy_loss",
    [
        right_loss,
        mean_loss,
        loop,
        lambda log_probs, returns: -log_probs @ returns,
        lambda log_probs, returns: (-returns.double() * log_probs).mean(),
        lambda log_probs, returns: -(log_probs * returns).sum(0, keepdim=True),
    ],
    ids=["sum", "mean", "loop", "product", "mean_in_double", "with a dimension"],
)
def test_a_right_loss_earns_all_points(policy_loss, seed):
    result = ask_loss(policy_loss, seed)

    assert mistakes(result) == {}
    assert result.points == 2


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("policy_loss", "said"),
    [
        (lambda log_probs, returns: -log_probs * returns, "should be (), yours is (6,)"),
        (lambda log_probs, returns: right_loss(log_probs, returns).item(), "plain number"),
        (lambda log_probs, returns: None, "not None"),
    ],
    ids=["each_step", "float", "nothing"],
)
def test_a_loss_that_is_not_a_single_number_ends_the_task(policy_loss, said, seed):
    result = ask_loss(policy_loss, seed)

    assert set(mistakes(result)) == {"a_single_number"}
    assert said in message(result, "a_single_number")
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("steps", [lambda returns: 1, len], ids=["sum", "mean"])
@pytest.mark.parametrize(
    ("wrong", "mistake", "said"),
    [
        (lambda log_probs, returns: (log_probs * returns).sum(), "sign_flipped", "minus"),
        (
            lambda log_probs, returns: -(log_probs.exp() * returns).sum(),
            "probability_instead_of_log",
            "no exp",
        ),
        (
            lambda log_probs, returns: -(log_probs.log() * returns).sum(),
            "log_twice",
            "do not take log again",
        ),
        (lambda log_probs, returns: -log_probs.sum(), "returns_ignored", "returns are missing"),
        (lambda log_probs, returns: (log_probs * returns).abs().sum(), "sign_lost", "other way"),
        (
            lambda log_probs, returns: (
                -(log_probs * returns).sum() - 0.01 * -(log_probs * log_probs.exp()).mean()
            ),
            "something_added",
            "entropy",
        ),
        (
            lambda log_probs, returns: -log_probs.sum() * returns.sum(),
            "product_of_sums",
            "step by step",
        ),
        (
            lambda log_probs, returns: -(log_probs * returns.roll(1)).sum(),
            "wrong_loss",
            "minus return times",
        ),
        (lambda log_probs, returns: -(log_probs * returns)[:-1].sum(), "wrong_loss", "the steps"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_wrong_value_is_named_as_a_sum_and_as_a_mean(wrong, mistake, said, steps, seed):
    result = ask_loss(
        lambda log_probs, returns: with_value(
            wrong(log_probs, returns) / steps(returns), right_loss(log_probs, returns)
        ),
        seed,
    )

    assert mistakes(result) == {"value": mistake}
    assert said in message(result, "value")
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("direction", [-1, 1])
@pytest.mark.parametrize(("part", "mistake"), [(0.95, {}), (1.05, {"value": "wrong_loss"})])
def test_a_sum_may_be_off_by_a_thousandth(part, mistake, direction, seed):
    def policy_loss(log_probs, returns):
        loss = right_loss(log_probs, returns)
        return with_value(loss * (1 + direction * part * 1e-3 * (1 + 1 / loss.abs())), loss)

    assert mistakes(ask_loss(policy_loss, seed)) == mistake


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("direction", [-1, 1])
@pytest.mark.parametrize(("part", "mistake"), [(0.95, {}), (1.05, {"value": "wrong_loss"})])
def test_a_mean_may_be_off_by_a_thousandth(part, mistake, direction, seed):
    def policy_loss(log_probs, returns):
        loss = mean_loss(log_probs, returns)
        return with_value(loss * (1 + direction * part * 1e-3), loss)

    assert mistakes(ask_loss(policy_loss, seed)) == mistake


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("loss", "mistake", "said"),
    [
        (lambda log_probs, returns: -right_loss(log_probs, returns), "sign_flipped", "minus"),
        (lambda log_probs, returns: -mean_loss(log_probs, returns), "sign_flipped", "minus"),
        (lambda log_probs, returns: -log_probs.sum(), "wrong_gradient", "minus its return"),
        (
            lambda log_probs, returns: -(log_probs[1:] @ returns[1:]),
            "wrong_gradient",
            "should be minus",
        ),
        (lambda log_probs, returns: right_loss(log_probs.detach(), returns), "graph_cut", "cut"),
    ],
    ids=["sign", "sign_of_the_mean", "returns_ignored", "a_step_is_missing", "graph_cut"],
)
def test_a_wrong_gradient_is_named_even_where_the_value_is_right(loss, mistake, said, seed):
    result = ask_loss(
        lambda log_probs, returns: with_value(
            right_loss(log_probs, returns), loss(log_probs, returns)
        ),
        seed,
    )

    assert mistakes(result) == {"gradient_reaches_the_policy": mistake}
    assert said in message(result, "gradient_reaches_the_policy")
    assert result.points == 1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "cut",
    [
        lambda loss: loss.detach(),
        lambda loss: torch.tensor(loss.item()),
        lambda loss: loss.detach().numpy(),
    ],
    ids=["detach", "new_tensor", "numpy"],
)
def test_a_loss_that_is_cut_off_keeps_the_point_for_its_value(cut, seed):
    result = ask_loss(lambda log_probs, returns: cut(right_loss(log_probs, returns)), seed)

    assert mistakes(result) == {"gradient_reaches_the_policy": "graph_cut"}
    assert result.points == 1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("direction", [-1, 1])
@pytest.mark.parametrize("loss", [right_loss, mean_loss])
def test_a_gradient_may_be_off_by_a_thousandth(loss, direction, seed):
    def scaled(factor):
        return mistakes(
            ask_loss(
                lambda log_probs, returns: with_value(
                    right_loss(log_probs, returns),
                    (1 + direction * factor) * loss(log_probs, returns),
                ),
                seed,
            )
        )

    assert scaled(0.95e-3) == {}
    assert scaled(5e-3) == {"gradient_reaches_the_policy": "wrong_gradient"}
