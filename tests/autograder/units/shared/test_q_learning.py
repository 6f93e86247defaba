"""Deep Q-learning's tasks: right answers earn all points, and each mistake gets its name."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import huber_loss, smooth_l1_loss

from autograder.checks.judge import judge
from autograder.checks.task import Task
from autograder.units.shared.q_learning import (
    ROWS,
    _LossCase,
    _steps,
    add_target_network_checks,
    copy_task,
    double_targets_task,
    huber,
    huber_loss_task,
    soft_update_task,
    targets_task,
)
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import failures, message

SEEDS = (1, 2)

SHAPE, TARGETS, ENDLESS, GRADIENT = (
    "one_target_for_each_row",
    "targets_are_right",
    "steps_that_end_nothing",
    "no_gradient_through_the_target",
)
DOUBLE = "one_network_chooses_the_other_judges"
NUMBER, VALUE, CHOSEN = "a_single_number", "value", "only_the_chosen_action_learns"
MOVES, COPIES, OWN = "moves_by_tau", "copies_the_weights", "stays_a_network_of_its_own"


def ask(task, function, seed):
    return judge(task, LocalStudent({task.requires[0]: function}, "torch"), seed)


def worth(task):
    """Each check's points, and the names of the essential ones."""
    return {check.name: check.points for check in task.checks}, [
        check.name for check in task.checks if check.blocking
    ]


@pytest.mark.parametrize(
    "make", [targets_task, double_targets_task, huber_loss_task, soft_update_task, copy_task]
)
def test_what_a_unit_may_choose_is_given_by_name(make):
    with pytest.raises(TypeError, match="positional"):
        make("unit", "label")


# Targets ------------------------------------------------------------------------------------------


def targets_by(formula):
    """td_targets by a formula of the rewards, the next Q-values, which steps go on, and gamma."""

    def td_targets(target_net, reward, next_observation, terminated, gamma):
        with torch.no_grad():
            return formula(reward, target_net(next_observation), ~terminated, gamma)

    return td_targets


def td_targets(target_net, reward, next_observation, terminated, gamma):
    with torch.no_grad():
        return reward + gamma * best(target_net(next_observation)) * ~terminated


def best(values):
    return values.max(dim=1).values


def detached_targets(net, r, s, over, gamma):
    return (r + gamma * torch.where(over, 0.0, net(s).amax(-1))).detach()


def targets_row_by_row(net, reward, next_observation, terminated, gamma):
    targets = reward.clone()
    for row in range(len(reward)):
        if not terminated[row]:
            targets[row] += gamma * net(next_observation[row]).max().item()
    return targets


def targets_as_an_array(net, reward, next_observation, terminated, gamma):
    values = net(next_observation).detach().numpy().astype(np.float64)
    goes_on = 1.0 - terminated.numpy()
    return reward.detach().numpy() + gamma * values.max(axis=1) * goes_on


def test_targets_are_worth_three_points():
    task = targets_task("unit")

    assert task.name == "unit/targets"
    assert task.requires == ("td_targets",)
    assert worth(task) == ({SHAPE: 0, TARGETS: 2, ENDLESS: 0, GRADIENT: 1}, [SHAPE])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "function", [td_targets, detached_targets, targets_row_by_row, targets_as_an_array]
)
def test_right_targets_earn_all_points(function, seed):
    result = ask(targets_task("unit"), function, seed)

    assert failures(result) == {}
    assert result.points == 3


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("formula", "mistake", "says"),
    [
        (lambda r, q, on, g: r[:, None] + g * best(q) * on, "rows_against_columns", "6 x 6"),
        (lambda r, q, on, g: q, "max_along_the_wrong_axis", "each step, not for each action"),
        (lambda r, q, on, g: q.max(dim=0).values, "max_along_the_wrong_axis", "last dimension"),
        (
            lambda r, q, on, g: r[:, None] + g * q.max(dim=1, keepdim=True).values * on[:, None],
            "wrong_shape",
            "6 steps should give 6 targets. The shape should be (6,), yours is (6, 1).",
        ),
        (lambda r, q, on, g: (r + g * best(q) * on).mean(), "wrong_shape", "yours is ()"),
        (lambda r, q, on, g: (r + g * best(q) * on).tolist(), "wrong_shape", "not a list"),
        (lambda r, q, on, g: None, "wrong_shape", "not None"),
    ],
)
def test_targets_of_a_wrong_shape_end_the_task(formula, mistake, says, seed):
    result = ask(targets_task("unit"), targets_by(formula), seed)

    assert failures(result) == {
        SHAPE: mistake,
        TARGETS: "not_reached",
        ENDLESS: "not_reached",
        GRADIENT: "not_reached",
    }
    assert says in message(result, SHAPE)
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("formula", "mistake"),
    [
        (lambda r, q, on, g: r + g * best(q) * ~on, "mask_inverted"),
        (lambda r, q, on, g: g * best(q) * on, "reward_missing"),
        (lambda r, q, on, g: r, "rewards_alone"),
        (lambda r, q, on, g: r + best(q) * on, "no_discount"),
        (lambda r, q, on, g: r + 0.97 * best(q) * on, "fixed_discount"),
        (lambda r, q, on, g: r + 0.99 * best(q) * on, "fixed_discount"),
        (lambda r, q, on, g: g * (r + best(q) * on), "reward_discounted"),
        (lambda r, q, on, g: r + g * q.min(dim=1).values * on, "min_instead_of_max"),
        (lambda r, q, on, g: r + g * q.mean(dim=1) * on, "mean_instead_of_max"),
        (lambda r, q, on, g: r + g * q.sum(dim=1) * on, "sum_instead_of_max"),
        (lambda r, q, on, g: r + g * q.argmax(dim=1) * on, "argmax_instead_of_max"),
        (lambda r, q, on, g: r + g * q.max() * on, "max_over_the_batch"),
        (lambda r, q, on, g: r + g * q[:, 0] * on, "always_the_first_action"),
        (lambda r, q, on, g: r - g * best(q) * on, "sign_flipped"),
        (lambda r, q, on, g: r + g * best(q) * on + 0.01 * g, "wrong_targets"),
        (lambda r, q, on, g: r + g * best(q) * on + 100, "wrong_targets"),
        (lambda r, q, on, g: r + g * best(q) * on * torch.nan, "wrong_targets"),
    ],
)
def test_a_wrong_target_is_named(formula, mistake, seed):
    result = ask(targets_task("unit"), targets_by(formula), seed)

    assert failures(result) == {TARGETS: mistake, ENDLESS: "wrong_without_ends"}
    assert result.points == 1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("formula", "mistake"),
    [
        (lambda r, q, on, g: r + g * best(q), "terminal_not_masked"),
        (lambda r, q, on, g: (r + g * best(q)) * on, "reward_masked_too"),
        (lambda r, q, on, g: r + g * best(q) * on - 5.0 * ~on, "wrong_targets"),
    ],
)
def test_a_mistake_at_the_ends_does_not_show_without_them(formula, mistake, seed):
    result = ask(targets_task("unit"), targets_by(formula), seed)

    assert failures(result) == {TARGETS: mistake}
    assert result.points == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_targets_that_work_only_where_an_episode_ends_fail_without_ends(seed):
    def breaks_without_ends(reward, values, goes_on, gamma):
        return reward + gamma * best(values) * (goes_on if not goes_on.all() else 0)

    result = ask(targets_task("unit"), targets_by(breaks_without_ends), seed)

    assert failures(result) == {ENDLESS: "wrong_without_ends"}
    assert result.points == 3


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("error", "passes"), [(0.0009, True), (-0.0009, True), (0.01, False)])
def test_targets_may_be_off_by_a_thousandth(error, passes, seed):
    formula = targets_by(lambda r, q, on, g: r + g * best(q) * on + error)

    wrong = failures(ask(targets_task("unit"), formula, seed))

    assert (TARGETS not in wrong) == passes
    assert (ENDLESS not in wrong) == passes


@pytest.mark.parametrize("seed", SEEDS)
def test_a_target_must_not_hang_on_the_network(seed):
    def with_gradient(target_net, reward, next_observation, terminated, gamma):
        return reward + gamma * best(target_net(next_observation)) * ~terminated

    result = ask(targets_task("unit"), with_gradient, seed)

    assert failures(result) == {GRADIENT: "gradient_through_the_target"}
    assert result.points == 2


def test_a_gradient_of_zero_moves_no_target():
    def with_gradient_zero(target_net, reward, next_observation, terminated, gamma):
        right = td_targets(target_net, reward, next_observation, terminated, gamma)
        return right + 0.0 * target_net(next_observation).sum()

    assert failures(ask(targets_task("unit"), with_gradient_zero, 1)) == {}


def test_targets_not_written_yet_are_not_solved():
    def td_targets(target_net, reward, next_observation, terminated, gamma):
        raise NotImplementedError

    result = ask(targets_task("unit"), td_targets, 1)

    assert failures(result)[SHAPE] == "not_solved"
    assert result.points == 0


@pytest.mark.parametrize(("make", "online"), [(targets_task, False), (double_targets_task, True)])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_unit_may_have_names_networks_and_arrays_of_its_own(make, online, seed):
    def masked(student, layers):
        return student.network(layers, masked=True)

    def answer(*arguments):
        *nets, reward, next_observation, terminated, gamma = arguments
        assert all(type(array) is np.ndarray for array in (reward, next_observation, terminated))
        everything = torch.ones(len(reward), 3)
        values = [net(torch.tensor(next_observation), everything).detach().numpy() for net in nets]
        chosen = values[0].argmax(axis=1)
        later = values[-1][np.arange(len(reward)), chosen]
        return reward + gamma * later * ~terminated

    task = make("unit", name="label", function="answer", network=masked, arrays=np.asarray)
    result = ask(task, answer, seed)

    assert (task.name, task.requires) == ("unit/label", ("answer",))
    assert failures(result) == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_steps_show_a_lost_or_misplaced_reward(seed):
    steps = _steps(np.random.default_rng(seed))

    assert steps.terminated.nonzero()[0].tolist() == [1, 4]
    assert np.diff(np.sort(steps.reward)).min() >= 0.5
    assert steps.reward.min() >= 0.5
    assert steps.next_observation.shape == (ROWS, 4)
    assert 0.5 <= steps.gamma <= 0.8
    assert {array.dtype.name for array in steps[:3]} == {"float32", "bool"}


# Targets of Double DQN ----------------------------------------------------------------------------


def double_by(formula):
    """double_dqn_targets by a formula as above, with the Q-values of both networks."""

    def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
        with torch.no_grad():
            values = net(next_observation), target_net(next_observation)
            return formula(reward, *values, ~terminated, gamma)

    return double_dqn_targets


def judged(chooser, judge):
    """What the judge says of the action that the chooser rates best."""
    return judge.gather(1, chooser.argmax(dim=1, keepdim=True)).squeeze(1)


def judged_row_by_row(r, q, t, on, g):
    rows = [t[row, int(q[row].argmax())] for row in range(len(r))]
    return r + g * torch.stack(rows) * on


def test_double_targets_are_worth_three_points():
    task = double_targets_task("unit")

    assert task.name == "unit/double_targets"
    assert task.requires == ("double_dqn_targets",)
    assert worth(task) == ({SHAPE: 0, DOUBLE: 2, GRADIENT: 1}, [SHAPE])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "formula", [lambda r, q, t, on, g: r + g * judged(q, t) * on, judged_row_by_row]
)
def test_right_double_targets_earn_all_points(formula, seed):
    result = ask(double_targets_task("unit"), double_by(formula), seed)

    assert failures(result) == {}
    assert result.points == 3


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("formula", "mistake"),
    [
        (lambda r, q, t, on, g: r[:, None] + g * judged(q, t) * on, "rows_against_columns"),
        (lambda r, q, t, on, g: r[:, None] + g * t * on[:, None], "max_along_the_wrong_axis"),
        (lambda r, q, t, on, g: (r + g * judged(q, t) * on)[:, None], "wrong_shape"),
    ],
)
def test_double_targets_of_a_wrong_shape_end_the_task(formula, mistake, seed):
    result = ask(double_targets_task("unit"), double_by(formula), seed)

    assert failures(result) == {SHAPE: mistake, DOUBLE: "not_reached", GRADIENT: "not_reached"}
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("formula", "mistake"),
    [
        (lambda r, q, t, on, g: r + g * best(t) * on, "plain_dqn"),
        (lambda r, q, t, on, g: r + g * best(q) * on, "only_the_online_network"),
        (lambda r, q, t, on, g: r + g * judged(t, q) * on, "networks_swapped"),
        (lambda r, q, t, on, g: r + g * torch.minimum(best(q), best(t)) * on, "smaller_of_both"),
        (lambda r, q, t, on, g: r + g * judged(q, t), "terminal_not_masked"),
        (lambda r, q, t, on, g: r + g * judged(q, t) * ~on, "mask_inverted"),
        (lambda r, q, t, on, g: (r + g * judged(q, t)) * on, "reward_masked_too"),
        (lambda r, q, t, on, g: g * judged(q, t) * on, "reward_missing"),
        (lambda r, q, t, on, g: r, "rewards_alone"),
        (lambda r, q, t, on, g: r + judged(q, t) * on, "no_discount"),
        (lambda r, q, t, on, g: r + 0.99 * judged(q, t) * on, "fixed_discount"),
        (lambda r, q, t, on, g: g * (r + judged(q, t) * on), "reward_discounted"),
        (lambda r, q, t, on, g: r - g * judged(q, t) * on, "sign_flipped"),
        (lambda r, q, t, on, g: r + g * (best(q) + best(t)) / 2 * on, "wrong_targets"),
        (lambda r, q, t, on, g: r + g * judged(q, t) * on + 0.02, "wrong_targets"),
    ],
)
def test_a_wrong_double_target_is_named(formula, mistake, seed):
    result = ask(double_targets_task("unit"), double_by(formula), seed)

    assert failures(result) == {DOUBLE: mistake}
    assert result.points == 1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("error", [0.0009, -0.0009])
def test_double_targets_may_be_off_by_a_thousandth(error, seed):
    formula = double_by(lambda r, q, t, on, g: r + g * judged(q, t) * on + error)

    assert failures(ask(double_targets_task("unit"), formula, seed)) == {}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("hanging", [0, 1])
def test_a_double_target_must_hang_on_neither_network(hanging, seed):
    right = double_by(lambda r, q, t, on, g: r + g * judged(q, t) * on)

    def double_dqn_targets(*arguments):
        values = arguments[hanging](arguments[3]).max()
        return right(*arguments) + values - values.detach()

    result = ask(double_targets_task("unit"), double_dqn_targets, seed)

    assert failures(result) == {GRADIENT: "gradient_through_the_target"}
    assert result.points == 2


@pytest.mark.parametrize("seed", range(100, 140))
@pytest.mark.parametrize(
    ("task", "function", "check", "mistake"),
    [
        (
            targets_task("test"),
            targets_by(lambda r, q, on, g: r + g * q[:, 0] * on),
            TARGETS,
            "always_the_first_action",
        ),
        (
            double_targets_task("test"),
            double_by(lambda r, q, t, on, g: r + g * torch.minimum(best(q), best(t)) * on),
            DOUBLE,
            "smaller_of_both",
        ),
    ],
    ids=["always the first action", "smaller of both"],
)
def test_no_draw_makes_a_mistake_right_or_another(task, function, check, mistake, seed):
    assert failures(ask(task, function, seed))[check] == mistake


def test_right_targets_may_leave_the_graph():
    def with_numpy(target_net, reward, next_observation, terminated, gamma):
        with torch.no_grad():
            following = best(target_net(next_observation)).numpy()
        return torch.as_tensor(reward.numpy() + gamma * following * ~terminated.numpy())

    assert failures(ask(targets_task("test"), with_numpy, 1)) == {}


# The loss -----------------------------------------------------------------------------------------


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


def against_every_target(values, action, targets):
    return smooth_l1_loss(*torch.broadcast_tensors(values.gather(1, action[:, None]), targets))


def test_the_loss_is_worth_three_points():
    task = huber_loss_task("unit")

    assert task.name == "unit/loss"
    assert task.requires == ("q_loss",)
    assert worth(task) == ({NUMBER: 0, VALUE: 2, CHOSEN: 1}, [NUMBER])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("formula", [right_loss, loss_by_hand, loss_with_one_hot_actions])
def test_a_right_loss_earns_all_points(formula, seed):
    result = ask(huber_loss_task("unit"), loss_by(formula), seed)

    assert failures(result) == {}
    assert result.points == 3


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("formula", "says"),
    [
        (lambda q, a, t: smooth_l1_loss(taken(q, a), t, reduction="none"), "yours is (6,)"),
        (lambda q, a, t: right_loss(q, a, t)[None], "yours is (1,)"),
        (lambda q, a, t: right_loss(q, a, t).item(), "not a float"),
        (lambda q, a, t: None, "not None"),
    ],
)
def test_a_loss_that_is_no_number_ends_the_task(formula, says, seed):
    result = ask(huber_loss_task("unit"), loss_by(formula), seed)

    assert failures(result) == {
        NUMBER: "not_a_number",
        VALUE: "not_reached",
        CHOSEN: "not_reached",
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
        (lambda q, a, t: 1.2 * right_loss(q, a, t), "wrong_loss"),
        (lambda q, a, t: right_loss(q, (a + 1) % 3, t), "wrong_loss"),
    ],
)
def test_a_wrong_loss_is_named(formula, mistake, seed):
    result = ask(huber_loss_task("unit"), loss_by(formula), seed)

    assert failures(result) == {VALUE: mistake, CHOSEN: "wrong_gradient"}
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("error", "wrong"), [(0.0009, {}), (0.01, {VALUE: "wrong_loss"})])
def test_a_loss_may_be_off_by_a_thousandth(error, wrong, seed):
    function = loss_by(lambda q, a, t: right_loss(q, a, t) + error)

    assert failures(ask(huber_loss_task("unit"), function, seed)) == wrong


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "cut", [torch.Tensor.detach, lambda loss: np.array(loss.item())], ids=["detach", "numpy"]
)
def test_a_loss_cut_from_its_graph_teaches_nothing(cut, seed):
    function = loss_by(lambda q, a, t: cut(right_loss(q, a, t)))

    result = ask(huber_loss_task("unit"), function, seed)

    assert failures(result) == {CHOSEN: "graph_cut"}
    assert "does not depend on the network's weights" in message(result, CHOSEN)
    assert result.points == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_loss_must_reach_the_last_layer(seed):
    def q_loss(net, observation, action, targets):
        first_layer = net[0](observation).mean()
        loss = right_loss(net(observation), action, targets)
        return loss.detach() + first_layer - first_layer.detach()

    result = ask(huber_loss_task("unit"), q_loss, seed)

    assert failures(result) == {CHOSEN: "graph_cut"}
    assert "last layer" in message(result, CHOSEN)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("part", "passes"), [(1.0009, True), (1.2, False), (-1.0, False)])
def test_the_loss_pulls_at_the_chosen_actions(part, passes, seed):
    def with_gradient_times_part(values, action, targets):
        loss = right_loss(values, action, targets)
        return part * loss + (1 - part) * loss.detach()

    result = ask(huber_loss_task("unit"), loss_by(with_gradient_times_part), seed)

    assert failures(result) == ({} if passes else {CHOSEN: "wrong_gradient"})
    assert result.points == (3 if passes else 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_loss_may_have_names_networks_and_arrays_of_its_own(seed):
    def masked(student, layers):
        return student.network(layers, masked=True)

    def answer(net, observation, action, targets):
        assert all(type(array) is np.ndarray for array in (observation, action, targets))
        values = net(torch.tensor(observation), torch.ones(len(action), 3))
        return right_loss(values, torch.tensor(action), torch.tensor(targets))

    task = huber_loss_task(
        "unit", name="label", function="answer", network=masked, arrays=np.asarray
    )

    assert (task.name, task.requires) == ("unit/label", ("answer",))
    assert failures(ask(task, answer, seed)) == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_batch_has_every_action_and_errors_on_both_sides_of_one(seed):
    case = _LossCase.draw(np.random.default_rng(seed))

    assert sorted(case.action.tolist()) == [0, 0, 1, 1, 2, 2]
    assert np.sum(np.abs(case.error) < 0.9) == 3
    assert np.sum(np.abs(case.error) > 1.5) == 3
    assert {np.sign(error) for error in case.error} == {-1, 1}


@pytest.mark.parametrize(
    ("error", "loss"), [(0, 0), (0.5, 0.125), (-0.5, 0.125), (1, 0.5), (2, 1.5), (-3, 2.5)]
)
def test_hubers_loss_is_a_parabola_up_to_one_and_a_line_beyond(error, loss):
    assert huber(np.array([error]))[0] == pytest.approx(loss)


# The target network -------------------------------------------------------------------------------


def updated_by(formula):
    """soft_update by a formula of the target's parameter, the network's, and tau."""

    def soft_update(target_net, net, tau):
        with torch.no_grad():
            for slow, fast in pairs(target_net, net):
                slow.copy_(formula(slow, fast, tau))

    return soft_update


def pairs(target_net, net):
    return list(zip(target_net.parameters(), net.parameters(), strict=True))


def soft_update(target_net, net, tau):
    with torch.no_grad():
        for slow, fast in pairs(target_net, net):
            slow.lerp_(fast, tau)


def updates_the_state(target_net, net, tau):
    old, new = target_net.state_dict(), net.state_dict()
    target_net.load_state_dict({name: tau * new[name] + (1 - tau) * old[name] for name in old})


def updates_the_data(target_net, net, tau):
    for slow, fast in pairs(target_net, net):
        slow.data = tau * fast.data + (1 - tau) * slow.data


def only_computes(target_net, net, tau):
    for slow, fast in pairs(target_net, net):
        slow = tau * fast + (1 - tau) * slow


def moves_the_weights_alone(target_net, net, tau):
    with torch.no_grad():
        for slow, fast in pairs(target_net, net):
            if slow.ndim == 2:
                slow.lerp_(fast, tau)


def moves_the_first_layer_alone(target_net, net, tau):
    soft_update(target_net[0], net[0], tau)


def moves_the_network(target_net, net, tau):
    soft_update(net, target_net, tau)


def moves_both(target_net, net, tau):
    soft_update(target_net, net, tau)
    soft_update(net, target_net, tau)


def makes_a_smaller_layer(target_net, net, tau):
    target_net[2] = nn.Linear(8, 2)


def makes_a_larger_layer(target_net, net, tau):
    target_net[2] = nn.Linear(1000, 2)


def forgets_a_layer(target_net, net, tau):
    soft_update(target_net, net, tau)
    del target_net[2]


def test_the_soft_update_is_worth_three_points():
    task = soft_update_task("unit")

    assert task.name == "unit/soft_update"
    assert task.requires == ("soft_update",)
    assert worth(task) == ({MOVES: 2, OWN: 1}, [MOVES])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("function", [soft_update, updates_the_state, updates_the_data])
def test_a_right_soft_update_earns_all_points(function, seed):
    result = ask(soft_update_task("unit"), function, seed)

    assert failures(result) == {}
    assert result.points == 3


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("function", "mistake", "says"),
    [
        (only_computes, "nothing_moved", "has not changed"),
        (moves_the_weights_alone, "some_weights_left_out", "16% of the target's weights"),
        (moves_the_first_layer_alone, "some_weights_left_out", "40% of the target's weights"),
        (moves_the_network, "wrong_direction", "the target follows the network"),
        (moves_both, "wrong_direction", "the target follows the network"),
        (makes_a_smaller_layer, "wrong_target", "other layers"),
        (makes_a_larger_layer, "wrong_target", "other layers"),
        (forgets_a_layer, "wrong_target", "other layers"),
        (updated_by(lambda slow, fast, tau: slow + (1 - tau) * (fast - slow)), "tau_swapped", ""),
        (updated_by(lambda slow, fast, tau: fast), "tau_ignored", ""),
        (updated_by(lambda slow, fast, tau: tau * fast), "target_shrinks", ""),
        (updated_by(lambda slow, fast, tau: slow + tau * fast), "target_grows", ""),
        (updated_by(lambda slow, fast, tau: slow + 0.05 * (fast - slow)), "wrong_update", ""),
        (updated_by(lambda slow, fast, tau: slow - tau * (fast - slow)), "wrong_update", ""),
        (
            updated_by(lambda slow, fast, tau: torch.lerp(slow, fast, tau) + 0.05),
            "wrong_update",
            "",
        ),
    ],
)
def test_a_wrong_soft_update_is_named(function, mistake, says, seed):
    result = ask(soft_update_task("unit"), function, seed)

    assert failures(result) == {MOVES: mistake, OWN: "not_reached"}
    assert says in message(result, MOVES)
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wrong_update_is_told_both_parts(seed):
    told = []

    def stands_nearly_still(target_net, net, tau):
        told.append(tau)
        soft_update(target_net, net, 0.01)

    said = message(ask(soft_update_task("unit"), stands_nearly_still, seed), MOVES)

    tau = told[0]
    assert 0.1 <= tau <= 0.3
    assert f"With tau = {tau} each weight" in said
    assert f"{tau} * the network's weight + {1 - tau:.2f} * its own" in said


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("error", "wrong"), [(0.0009, False), (0.02, True)])
def test_a_soft_update_may_be_off_by_a_thousandth(error, wrong, seed):
    function = updated_by(lambda slow, fast, tau: torch.lerp(slow, fast, tau) + error)

    found = failures(ask(soft_update_task("unit"), function, seed))

    assert found == ({MOVES: "wrong_update", OWN: "not_reached"} if wrong else {})


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("inputs", "mistake"), [(19, "some_weights_left_out"), (20, "wrong_update")]
)
def test_from_one_weight_in_twenty_on_weights_are_left_out(inputs, mistake, seed):
    def single(student, layers):
        return student.network([stretched(layers, inputs)])

    result = ask(soft_update_task("unit", network=single), moves_the_weights_alone, seed)

    assert failures(result)[MOVES] == mistake


def stretched(layers, inputs):
    """A layer with a single output and so many of the weights that were drawn."""
    weight, bias = layers[0]
    return weight.reshape(-1, 1)[:inputs], bias[:1]


@pytest.mark.parametrize("seed", SEEDS)
def test_each_update_begins_where_the_last_one_ended(seed):
    beginning = []

    def begins_anew(target_net, net, tau):
        beginning.append([array.detach().clone() for array in target_net.parameters()])
        with torch.no_grad():
            for slow, array in zip(target_net.parameters(), beginning[0], strict=True):
                slow.copy_(array)
        soft_update(target_net, net, tau)

    result = ask(soft_update_task("unit"), begins_anew, seed)

    assert failures(result)[MOVES] == "nothing_moved"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_full_update_must_copy_numbers_too(seed):
    def shares_when_all_is_taken(target_net, net, tau):
        if tau == 1:
            for slow, fast in pairs(target_net, net):
                slow.data = fast.data
        else:
            soft_update(target_net, net, tau)

    result = ask(soft_update_task("unit"), shares_when_all_is_taken, seed)

    assert failures(result) == {OWN: "target_aliased"}
    assert result.points == 2


def copy_weights(target_net, net):
    target_net.load_state_dict(net.state_dict())


def copies_each(target_net, net):
    soft_update(target_net, net, 1.0)


def replaces_the_data(target_net, net):
    for slow, fast in pairs(target_net, net):
        slow.data = fast.data.clone()


def copies_nothing(target_net, net):
    target_net.state_dict().update(net.state_dict())


def copies_the_weights_alone(target_net, net):
    moves_the_weights_alone(target_net, net, 1.0)


def copies_the_other_way(target_net, net):
    net.load_state_dict(target_net.state_dict())


def copies_and_changes_the_network(target_net, net):
    copy_weights(target_net, net)
    with torch.no_grad():
        net[2].bias += 0.01


def copies_nearly(target_net, net):
    soft_update(target_net, net, 0.99)


def removes_a_layer(target_net, net):
    del target_net[2]


def copies_and_removes_a_layer(target_net, net):
    copy_weights(target_net, net)
    del target_net[2]


def copies_into_another_shape(target_net, net):
    copy_weights(target_net, net)
    target_net[2] = nn.Linear(8, 2)


def shares_the_layers(target_net, net):
    for number, layer in enumerate(net):
        target_net[number] = layer


def shares_the_data(target_net, net):
    target_net.load_state_dict(net.state_dict(), assign=True)


def shares_one_bias(target_net, net):
    copy_weights(target_net, net)
    target_net[2].bias = net[2].bias


def test_the_copy_is_worth_two_points():
    task = copy_task("unit")

    assert task.name == "unit/copy"
    assert task.requires == ("copy_weights",)
    assert worth(task) == ({COPIES: 1, OWN: 1}, [COPIES])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("function", [copy_weights, copies_each, replaces_the_data])
def test_a_right_copy_earns_all_points(function, seed):
    result = ask(copy_task("unit"), function, seed)

    assert failures(result) == {}
    assert result.points == 2


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("function", "mistake"),
    [
        (copies_nothing, "nothing_copied"),
        (copies_the_weights_alone, "wrong_copy"),
        (copies_nearly, "wrong_copy"),
        (removes_a_layer, "wrong_copy"),
        (copies_and_removes_a_layer, "wrong_copy"),
        (copies_into_another_shape, "wrong_copy"),
        (copies_the_other_way, "wrong_direction"),
        (copies_and_changes_the_network, "wrong_direction"),
    ],
)
def test_a_wrong_copy_is_named(function, mistake, seed):
    result = ask(copy_task("unit"), function, seed)

    assert failures(result) == {COPIES: mistake, OWN: "not_reached"}
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("function", [shares_the_layers, shares_the_data, shares_one_bias])
def test_a_copy_shares_no_memory(function, seed):
    result = ask(copy_task("unit"), function, seed)

    assert failures(result) == {OWN: "target_aliased"}
    assert result.points == 1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("make", "function"),
    [
        (soft_update_task, soft_update),
        (copy_task, copy_weights),
    ],
)
def test_target_networks_may_have_names_and_forms_of_their_own(make, function, seed):
    made = []

    def masked(student, layers):
        made.append(student.network(layers, masked=True))
        return made[-1]

    task = make("unit", name="label", function="answer", network=masked)
    result = ask(task, function, seed)

    assert (task.name, task.requires) == ("unit/label", ("answer",))
    assert failures(result) == {}
    assert len(made) == 4


# The agent's target network -----------------------------------------------------------------------


class Agent:
    """An agent with a target network that begins as a copy."""

    def __init__(self):
        self.net, self.target_net = self.network(), self.network()
        copy_weights(self.target_net, self.net)

    def network(self):
        return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))


class OneNetworkTwoNames(Agent):
    def __init__(self):
        self.net = self.target_net = self.network()


class DrawsBoth(Agent):
    def __init__(self):
        self.net, self.target_net = self.network(), self.network()


class SharesTheWeights(Agent):
    def __init__(self):
        self.net, self.target_net = self.network(), self.network()
        shares_the_data(self.target_net, self.net)


class HasNoNetwork(Agent):
    def __init__(self):
        super().__init__()
        self.net = None


class HasNoTargetNetwork(Agent):
    def __init__(self):
        super().__init__()
        self.target_net = [self.target_net]


class NamesNoTarget(Agent):
    def __init__(self):
        self.net = self.network()


class OtherNames(Agent):
    def __init__(self):
        super().__init__()
        self.online, self.slow = self.net, self.target_net
        self.net = self.target_net = None


def ask_agent(agent, seed, **names):
    """The checks of an agent's target network, and one that comes after them."""
    task = Task("unit/agent", requires=("Agent",))
    add_target_network_checks(task, lambda student: student.call("Agent"), **names)
    task.check("later", points=1)(lambda student, random: None)
    return ask(task, agent, seed)


COPY = "target_network_is_a_copy"


def test_the_agents_target_network_is_worth_one_point():
    task = Task("unit/agent", requires=("Agent",))
    add_target_network_checks(task, lambda student: student.call("Agent"))

    assert worth(task) == ({COPY: 1}, [COPY])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("agent", "names"), [(Agent, {}), (OtherNames, {"net": "online", "target_net": "slow"})]
)
def test_an_agent_with_a_copy_passes(agent, names, seed):
    result = ask_agent(agent, seed, **names)

    assert failures(result) == {}
    assert result.points == 2


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("agent", "mistake", "says"),
    [
        (OneNetworkTwoNames, "target_aliased", "self.target_net and self.net are one and the same"),
        (SharesTheWeights, "target_aliased", "they share their memory"),
        (DrawsBoth, "target_not_copied", "self.target_net should have the same weights"),
        (HasNoNetwork, "no_network", "a network in self.net."),
        (HasNoTargetNetwork, "no_network", "a network in self.target_net."),
        (NamesNoTarget, "raises_an_error", "target_net"),
    ],
)
def test_an_agent_without_a_copy_of_its_own_is_told(agent, mistake, says, seed):
    result = ask_agent(agent, seed)

    assert failures(result) == {COPY: mistake, "later": "not_reached"}
    assert says in message(result, COPY)
    assert result.points == 0
