"""The Huber loss: right answers earn all points, and each mistake gets its name."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import huber_loss, smooth_l1_loss

from autograder.checks.judge import judge
from autograder.units.shared.huber_loss import HuberLossTask, LossCase, huber
from autograder.units.shared.wording import TORCH
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import message, mistakes

SEEDS = (1, 2)
NUMBER, VALUE, CHOSEN = "a_single_number", "value", "only_the_chosen_action_learns"


def ask(task, function, seed):
    return judge(task, LocalStudent({task.requires[0]: function}, "torch"), seed)


def worth(task):
    """Each check's points, and the names of the blocking ones."""
    return {check.name: check.points for check in task.checks}, [
        check.name for check in task.checks if check.blocking
    ]


def best(values):
    return values.max(dim=1).values


@pytest.mark.parametrize("make", [HuberLossTask])
def test_what_a_unit_may_choose_is_given_by_name(make):
    with pytest.raises(TypeError, match="positional"):
        make("unit/label", "label")


def loss_by(formula):
    """q_loss by a formula of the Q-values, the actions and the targets."""

    def q_loss(net, observation, action, targets):
        return formula(net(observation), action, targets)

    return q_loss


def taken(values, action):
    return values.gather(1, action[:, None]).squeeze(1)


def right_loss(values, action, targets):
    return smooth_l1_loss(taken(values, action), targets)


def loss_by_hand(values, action, targets):
    error = taken(values, action) - targets
    size = error.abs()
    return torch.where(size < 1, 0.5 * error**2, size - 0.5).mean()


def loss_with_one_hot_actions(values, action, targets):
    chosen = nn.functional.one_hot(action, values.shape[1])
    return huber_loss((values * chosen).sum(dim=1), targets)


def one_sided(error):
    return torch.where(error < 1, error**2 / 2, error - 0.5).mean()


def against_every_target(values, action, targets):
    return smooth_l1_loss(*torch.broadcast_tensors(values.gather(1, action[:, None]), targets))


def test_the_loss_is_worth_three_points():
    task = HuberLossTask("unit/loss")

    assert task.name == "unit/loss"
    assert task.requires == ("q_loss",)
    assert worth(task) == ({NUMBER: 0, VALUE: 2, CHOSEN: 1}, [NUMBER])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "formula",
    [
        right_loss,
        loss_by_hand,
        loss_with_one_hot_actions,
        lambda q, a, t: right_loss(q, a, t)[None],
        lambda q, a, t: right_loss(q, a, t)[None, None],
    ],
)
def test_a_right_loss_earns_all_points(formula, seed):
    result = ask(HuberLossTask("unit/loss"), loss_by(formula), seed)

    assert mistakes(result) == {}
    assert result.points == 3


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("formula", "says"),
    [
        (lambda q, a, t: smooth_l1_loss(taken(q, a), t, reduction="none"), "yours is (6,)"),
        (lambda q, a, t: right_loss(q, a, t).item(), "plain Python number"),
        (lambda q, a, t: None, "not None"),
    ],
)
def test_a_loss_that_is_no_number_ends_the_task(formula, says, seed):
    result = ask(HuberLossTask("unit/loss"), loss_by(formula), seed)

    assert mistakes(result) == {
        NUMBER: "not_a_number",
    }
    assert says in message(result, NUMBER)
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("formula", "mistake"),
    [
        (lambda q, a, t: ((taken(q, a) - t) ** 2).mean(), "squared_error"),
        (lambda q, a, t: (taken(q, a) - t).abs().mean(), "absolute_error"),
        (lambda q, a, t: smooth_l1_loss(taken(q, a), t, reduction="sum"), "sum_instead_of_mean"),
        (against_every_target, "rows_against_columns"),
        (lambda q, a, t: smooth_l1_loss(best(q), t), "max_instead_of_chosen"),
        (lambda q, a, t: smooth_l1_loss(q[:, 0], t), "always_the_first_action"),
        (lambda q, a, t: smooth_l1_loss(q, t[:, None].expand_as(q)), "all_actions"),
        (lambda q, a, t: -right_loss(q, a, t), "sign_flipped"),
        (lambda q, a, t: smooth_l1_loss(q[:, a], t.expand(6, 6)), "columns_of_all_rows"),
        (lambda q, a, t: ((taken(q, a) - t).clamp(-1, 1) ** 2 / 2).mean(), "error_clipped"),
        (lambda q, a, t: one_sided(taken(q, a) - t), "negative_errors_squared"),
        (lambda q, a, t: huber_loss(taken(q, a), t, delta=0.1), "other_corner"),
        (lambda q, a, t: smooth_l1_loss(taken(q, a), t, beta=0.5), "other_corner"),
        (lambda q, a, t: right_loss(q, a, t) / 3, "mean_over_all_actions"),
        (lambda q, a, t: smooth_l1_loss(taken(q, a).mean(), t.mean()), "huber_of_the_mean"),
        (lambda q, a, t: right_loss(q, a, (t - t.mean()) / t.std()), "targets_standardised"),
        (lambda q, a, t: 1.2 * right_loss(q, a, t), "wrong_loss"),
        (lambda q, a, t: right_loss(q, (a + 1) % 3, t), "wrong_loss"),
    ],
)
def test_a_wrong_loss_is_named(formula, mistake, seed):
    result = ask(HuberLossTask("unit/loss"), loss_by(formula), seed)

    assert mistakes(result) == {VALUE: mistake, CHOSEN: "wrong_gradient"}
    assert "wrong outputs" not in message(result, CHOSEN)
    assert result.points == 0


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        (lambda q, a, t: 1.2 * right_loss(q, a, t), "error 0.5: Huber loss 0.125, yours 0.150"),
        (lambda q, a, t: right_loss(q, a, t.roll(1)), "Of a single row your loss is right"),
        (lambda q, a, t: smooth_l1_loss(q[a], t[:, None].expand(q[a].shape)), "raises: index 2"),
    ],
)
def test_a_wrong_loss_is_told_for_single_rows(formula, says):
    assert says in message(ask(HuberLossTask("unit/loss"), loss_by(formula), 1), VALUE)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("error", "wrong"), [(0.0009, {}), (0.01, {VALUE: "wrong_loss"})])
def test_a_loss_may_be_off_by_a_thousandth(error, wrong, seed):
    function = loss_by(lambda q, a, t: right_loss(q, a, t) + error)

    assert mistakes(ask(HuberLossTask("unit/loss"), function, seed)) == wrong


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "cut", [torch.Tensor.detach, lambda loss: np.array(loss.item())], ids=["detach", "numpy"]
)
def test_a_loss_cut_from_its_graph_teaches_nothing(cut, seed):
    function = loss_by(lambda q, a, t: cut(right_loss(q, a, t)))

    result = ask(HuberLossTask("unit/loss"), function, seed)

    assert mistakes(result) == {CHOSEN: "graph_cut"}
    assert "does not depend on the network's weights" in message(result, CHOSEN)
    assert result.points == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_loss_must_reach_the_last_layer(seed):
    def q_loss(net, observation, action, targets):
        first_layer = net[0](observation).mean()
        loss = right_loss(net(observation), action, targets)
        return loss.detach() + first_layer - first_layer.detach()

    result = ask(HuberLossTask("unit/loss"), q_loss, seed)

    assert mistakes(result) == {CHOSEN: "graph_cut"}
    assert "last layer" in message(result, CHOSEN)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("part", "passes"), [(1.0009, True), (1.2, False), (-1.0, False)])
def test_the_loss_pulls_at_the_chosen_actions(part, passes, seed):
    def with_gradient_times_part(values, action, targets):
        loss = right_loss(values, action, targets)
        return part * loss + (1 - part) * loss.detach()

    result = ask(HuberLossTask("unit/loss"), loss_by(with_gradient_times_part), seed)

    assert mistakes(result) == ({} if passes else {CHOSEN: "wrong_gradient"})
    assert passes or "wrong outputs" in message(result, CHOSEN)
    assert result.points == (3 if passes else 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_loss_may_have_names_networks_and_arrays_of_its_own(seed):
    def masked(student, layers):
        return student.network(layers, masked=True)

    def answer(net, observation, action, targets):
        assert all(type(array) is np.ndarray for array in (observation, action, targets))
        values = net(torch.tensor(observation), torch.ones(len(action), 3))
        return right_loss(values, torch.tensor(action), torch.tensor(targets))

    task = HuberLossTask("unit/label", function="answer", network=masked, arrays=np.asarray)

    assert (task.name, task.requires) == ("unit/label", ("answer",))
    assert mistakes(ask(task, answer, seed)) == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_batch_has_every_action_and_errors_on_both_sides_of_one(seed):
    case = LossCase.draw(np.random.default_rng(seed), TORCH)

    assert sorted(case.action.tolist()) == [0, 0, 1, 1, 2, 2]
    assert np.sum(np.abs(case.error) < 0.9) == 3
    assert np.sum(np.abs(case.error) > 1.5) == 3
    assert {np.sign(error) for error in case.error} == {-1, 1}


@pytest.mark.parametrize(
    ("error", "loss"), [(0, 0), (0.5, 0.125), (-0.5, 0.125), (1, 0.5), (2, 1.5), (-3, 2.5)]
)
def test_hubers_loss_is_a_parabola_up_to_one_and_a_line_beyond(error, loss):
    assert huber(np.array([error]))[0] == pytest.approx(loss)


def test_the_targets_must_come_back_as_they_were():
    def in_place(values, action, targets):
        targets -= taken(values, action).detach()
        return right_loss(values - values.detach(), action, targets)

    result = ask(HuberLossTask("unit/loss"), loss_by(in_place), 1)

    assert mistakes(result) == {CHOSEN: "arguments_changed"}
