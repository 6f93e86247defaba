"""The targets of Q-learning: right answers earn all points, and each mistake gets its name."""

import random

import numpy as np
import pytest
import torch

from autograder.checks.judge import judge
from autograder.units.shared.td_targets import ROWS, DoubleTargetsTask, Steps, TargetsTask
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import message, mistakes

SEEDS = (1, 2)

SHAPE, TARGETS, GRADIENT = (
    "one_target_for_each_row",
    "targets_are_right",
    "no_gradient_through_the_target",
)
DOUBLE = "one_network_chooses_the_other_judges"


def ask(task, function, seed):
    return judge(task, LocalStudent({task.requires[0]: function}, "torch"), seed)


def worth(task):
    """Each check's points, and the names of the blocking ones."""
    return {check.name: check.points for check in task.checks}, [
        check.name for check in task.checks if check.blocking
    ]


@pytest.mark.parametrize("make", [TargetsTask, DoubleTargetsTask])
def test_what_a_unit_may_choose_is_given_by_name(make):
    with pytest.raises(TypeError, match="positional"):
        make("unit/label", "label")


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
    task = TargetsTask("unit/targets")

    assert task.name == "unit/targets"
    assert task.requires == ("td_targets",)
    assert worth(task) == ({SHAPE: 0, TARGETS: 2, GRADIENT: 1}, [SHAPE])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "function", [td_targets, detached_targets, targets_row_by_row, targets_as_an_array]
)
def test_right_targets_earn_all_points(function, seed):
    result = ask(TargetsTask("unit/targets"), function, seed)

    assert mistakes(result) == {}
    assert result.points == 3


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("formula", "mistake", "says"),
    [
        (lambda r, q, on, g: r[:, None] + g * best(q) * on, "rows_against_columns", "6 x 6"),
        (lambda r, q, on, g: q, "max_along_the_wrong_axis", "each step, not for each action"),
        (
            lambda r, q, on, g: q.max(dim=0).values,
            "max_along_the_wrong_axis",
            "take the largest Q-value of each row",
        ),
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
    result = ask(TargetsTask("unit/targets"), targets_by(formula), seed)

    assert mistakes(result) == {
        SHAPE: mistake,
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
        (lambda r, q, on, g: torch.where(on, r + g * best(q), -1), "minus_one_at_the_end"),
        (lambda r, q, on, g: r + g * best(q) * ~(~on).long(), "not_of_whole_numbers"),
        (lambda r, q, on, g: r + g * best(q).clamp(0, 1) * on, "value_limited"),
        (lambda r, q, on, g: r + g * best(q) * on.all(), "one_end_stops_all"),
        (lambda r, q, on, g: r + g * best(q) * on + 0.01 * g, "wrong_targets"),
        (lambda r, q, on, g: r + g * best(q) * on + 100, "wrong_targets"),
        (lambda r, q, on, g: r + g * best(q) * on * torch.nan, "wrong_targets"),
    ],
)
def test_a_wrong_target_is_named(formula, mistake, seed):
    result = ask(TargetsTask("unit/targets"), targets_by(formula), seed)

    assert mistakes(result) == {TARGETS: mistake}
    assert result.points == 0


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
    result = ask(TargetsTask("unit/targets"), targets_by(formula), seed)

    assert mistakes(result) == {TARGETS: mistake}
    assert result.points == 0


@pytest.mark.parametrize(
    ("formula", "mistake"),
    [
        (lambda r, q, on, g: r + g * q.max(dim=1) * on, "both_results_of_max"),
        (lambda r, q, on, g: r + g * q.max(dim=0).values * on, "max_along_the_wrong_axis"),
    ],
)
def test_an_error_whose_cause_is_known_is_named(formula, mistake):
    result = ask(TargetsTask("unit/targets"), targets_by(formula), 1)

    assert mistakes(result) == {"one_target_for_each_row": mistake}


def test_targets_can_be_kept_by_a_loss():
    right = targets_by(lambda r, q, on, g: r + g * best(q) * on)

    result = ask(TargetsTask("unit/targets"), torch.inference_mode()(right), 1)

    assert set(mistakes(result).values()) == {"inference_mode"}
    assert result.points == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_targets_that_work_only_where_an_episode_ends_fail_without_ends(seed):
    def breaks_without_ends(reward, values, goes_on, gamma):
        return reward + gamma * best(values) * (goes_on if not goes_on.all() else 0)

    result = ask(TargetsTask("unit/targets"), targets_by(breaks_without_ends), seed)

    assert mistakes(result) == {TARGETS: "wrong_without_ends"}
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("error", "passes"), [(0.0009, True), (-0.0009, True), (0.01, False)])
def test_targets_may_be_off_by_a_thousandth(error, passes, seed):
    formula = targets_by(lambda r, q, on, g: r + g * best(q) * on + error)

    wrong = mistakes(ask(TargetsTask("unit/targets"), formula, seed))

    assert (TARGETS not in wrong) == passes


@pytest.mark.parametrize("seed", SEEDS)
def test_a_target_must_not_hang_on_the_network(seed):
    def with_gradient(target_net, reward, next_observation, terminated, gamma):
        return reward + gamma * best(target_net(next_observation)) * ~terminated

    result = ask(TargetsTask("unit/targets"), with_gradient, seed)

    assert mistakes(result) == {GRADIENT: "gradient_through_the_target"}
    assert result.points == 2


def test_a_gradient_of_zero_moves_no_target():
    def with_gradient_zero(target_net, reward, next_observation, terminated, gamma):
        right = td_targets(target_net, reward, next_observation, terminated, gamma)
        return right + 0.0 * target_net(next_observation).sum()

    assert mistakes(ask(TargetsTask("unit/targets"), with_gradient_zero, 1)) == {}


def test_targets_not_written_yet_are_not_solved():
    def td_targets(target_net, reward, next_observation, terminated, gamma):
        raise NotImplementedError

    result = ask(TargetsTask("unit/targets"), td_targets, 1)

    assert mistakes(result)[SHAPE] == "not_solved"
    assert result.points == 0


@pytest.mark.parametrize(("make", "online"), [(TargetsTask, False), (DoubleTargetsTask, True)])
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

    task = make("unit/label", function="answer", network=masked, arrays=np.asarray)
    result = ask(task, answer, seed)

    assert (task.name, task.requires) == ("unit/label", ("answer",))
    assert mistakes(result) == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_steps_show_a_lost_or_misplaced_reward(seed):
    steps = Steps.draw(np.random.default_rng(seed))

    assert steps.terminated.nonzero()[0].tolist() == [1, 4]
    assert np.diff(np.sort(steps.reward)).min() >= 0.5
    assert steps.reward.min() >= 0.5
    assert steps.next_observation.shape == (ROWS, 4)
    assert 0.5 <= steps.gamma <= 0.8
    assert {array.dtype.name for array in steps[:3]} == {"float32", "bool"}


# Targets of Double DQN


def double_by(formula):
    """double_dqn_targets by a formula as above, with the Q-values of both networks."""

    def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
        with torch.no_grad():
            values = net(next_observation), target_net(next_observation)
            return formula(reward, *values, ~terminated, gamma)

    return double_dqn_targets


def judged(chooser, judge):
    """The judging network's value of the action that the choosing network rates highest."""
    return judge.gather(1, chooser.argmax(dim=1, keepdim=True)).squeeze(1)


def judged_row_by_row(r, q, t, on, g):
    rows = [t[row, int(q[row].argmax())] for row in range(len(r))]
    return r + g * torch.stack(rows) * on


@pytest.mark.parametrize(
    ("task", "function", "check", "networks"),
    [
        (TargetsTask("unit/targets"), "targets_by", TARGETS, ["Q ["]),
        (
            DoubleTargetsTask("unit/double"),
            "double_by",
            DOUBLE,
            ["Q of net [", "Q of target_net ["],
        ),
    ],
)
def test_a_wrong_target_is_told_with_the_numbers_of_its_row(task, function, check, networks):
    make = {"targets_by": targets_by, "double_by": double_by}[function]
    said = message(ask(task, make(lambda r, *_: 0 * r - 1), 1), check)

    assert "In row 0: reward " in said
    assert all(network in said for network in networks)
    assert "yours is -1.00" in said


def test_double_targets_are_worth_three_points():
    task = DoubleTargetsTask("unit/double_targets")

    assert task.name == "unit/double_targets"
    assert task.requires == ("double_dqn_targets",)
    assert worth(task) == ({SHAPE: 0, DOUBLE: 2, GRADIENT: 1}, [SHAPE])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "formula", [lambda r, q, t, on, g: r + g * judged(q, t) * on, judged_row_by_row]
)
def test_right_double_targets_earn_all_points(formula, seed):
    result = ask(DoubleTargetsTask("unit/double_targets"), double_by(formula), seed)

    assert mistakes(result) == {}
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
    result = ask(DoubleTargetsTask("unit/double_targets"), double_by(formula), seed)

    assert mistakes(result) == {SHAPE: mistake}
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("formula", "mistake"),
    [
        (lambda r, q, t, on, g: r + g * best(t) * on, "plain_dqn"),
        (lambda r, q, t, on, g: r + g * best(q) * on, "only_the_online_network"),
        (lambda r, q, t, on, g: r + g * judged(t, q) * on, "networks_swapped"),
        (lambda r, q, t, on, g: r + g * torch.minimum(best(q), best(t)) * on, "smaller_of_both"),
        (lambda r, q, t, on, g: r + g * t[:, q[0].argmax()] * on, "one_action_for_all"),
        (lambda r, q, t, on, g: r + g * judged(q, t), "terminal_not_masked"),
        (lambda r, q, t, on, g: r + g * judged(q, t) * ~on, "mask_inverted"),
        (lambda r, q, t, on, g: (r + g * judged(q, t)) * on, "reward_masked_too"),
        (lambda r, q, t, on, g: g * judged(q, t) * on, "reward_missing"),
        (lambda r, q, t, on, g: r, "rewards_alone"),
        (lambda r, q, t, on, g: r + judged(q, t) * on, "no_discount"),
        (lambda r, q, t, on, g: r + 0.99 * judged(q, t) * on, "fixed_discount"),
        (lambda r, q, t, on, g: g * (r + judged(q, t) * on), "reward_discounted"),
        (lambda r, q, t, on, g: r - g * judged(q, t) * on, "sign_flipped"),
        (lambda r, q, t, on, g: r + g * (best(q) + best(t)) / 2 * on, "mean_of_both"),
        (
            lambda r, q, t, on, g: r + g * best(torch.minimum(q, t)) * on,
            "largest_of_the_smaller_ones",
        ),
        (lambda r, q, t, on, g: r + g * judged(q, (q + t) / 2) * on, "mean_judges"),
        (lambda r, q, t, on, g: r + g * t[q.argmax(dim=1), 0] * on, "rows_instead_of_columns"),
        (lambda r, q, t, on, g: r + g * t[:, q.argmax(dim=1)].mean(dim=1) * on, "rows_mixed"),
        (lambda r, q, t, on, g: r + g * (q.softmax(dim=1) * t).sum(dim=1) * on, "soft_choice"),
        (lambda r, q, t, on, g: r + g * judged(q[:, :2], t) * on, "two_actions_only"),
        (lambda r, q, t, on, g: r + g * judged(q, t) * on + 0.02, "wrong_targets"),
    ],
)
def test_a_wrong_double_target_is_named(formula, mistake, seed):
    result = ask(DoubleTargetsTask("unit/double_targets"), double_by(formula), seed)

    assert mistakes(result) == {DOUBLE: mistake}
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("error", [0.0009, -0.0009])
def test_double_targets_may_be_off_by_a_thousandth(error, seed):
    formula = double_by(lambda r, q, t, on, g: r + g * judged(q, t) * on + error)

    assert mistakes(ask(DoubleTargetsTask("unit/double_targets"), formula, seed)) == {}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("hanging", [0, 1])
def test_a_double_target_must_hang_on_neither_network(hanging, seed):
    right = double_by(lambda r, q, t, on, g: r + g * judged(q, t) * on)

    def double_dqn_targets(*arguments):
        values = arguments[hanging](arguments[3]).max()
        return right(*arguments) + values - values.detach()

    result = ask(DoubleTargetsTask("unit/double_targets"), double_dqn_targets, seed)

    assert mistakes(result) == {GRADIENT: "gradient_through_the_target"}
    assert result.points == 2


@pytest.mark.parametrize("seed", range(100, 140))
@pytest.mark.parametrize(
    ("task", "function", "check", "mistake"),
    [
        (
            TargetsTask("test/targets"),
            targets_by(lambda r, q, on, g: r + g * q[:, 0] * on),
            TARGETS,
            "always_the_first_action",
        ),
        (
            DoubleTargetsTask("test/double_targets"),
            double_by(lambda r, q, t, on, g: r + g * torch.minimum(best(q), best(t)) * on),
            DOUBLE,
            "smaller_of_both",
        ),
    ],
    ids=["always the first action", "smaller of both"],
)
def test_no_draw_makes_a_mistake_right_or_another(task, function, check, mistake, seed):
    assert mistakes(ask(task, function, seed))[check] == mistake


def test_right_targets_may_leave_the_graph():
    def with_numpy(target_net, reward, next_observation, terminated, gamma):
        with torch.no_grad():
            following = best(target_net(next_observation)).numpy()
        return torch.as_tensor(reward.numpy() + gamma * following * ~terminated.numpy())

    assert mistakes(ask(TargetsTask("test/targets"), with_numpy, 1)) == {}


def test_a_discount_that_is_not_the_argument_is_told():
    def fixed(target_net, reward, next_observation, terminated, gamma):
        return td_targets(target_net, reward, next_observation, terminated, 0.42)

    result = ask(TargetsTask("unit/targets"), fixed, 1)

    assert mistakes(result) == {TARGETS: "fixed_discount"}
    assert "discounted by 0.42" in message(result, TARGETS)


def test_the_batch_must_come_back_as_it_was():
    def in_place(target_net, reward, next_observation, terminated, gamma):
        right = td_targets(target_net, reward, next_observation, terminated, gamma)
        reward += right - reward
        return reward

    assert mistakes(ask(TargetsTask("unit/targets"), in_place, 1)) == {SHAPE: "arguments_changed"}


def test_arithmetic_with_booleans_is_explained():
    def minus(target_net, reward, next_observation, terminated, gamma):
        with torch.no_grad():
            return reward + gamma * best(target_net(next_observation)) * (1 - terminated)

    result = ask(TargetsTask("unit/targets"), minus, 1)

    assert mistakes(result) == {SHAPE: "computes_with_booleans"}
    assert "~terminated" in message(result, SHAPE)


@pytest.mark.parametrize("seed", range(40))
def test_both_networks_together_do_not_choose(seed):
    def together(net, target_net, reward, next_observation, terminated, gamma):
        with torch.no_grad():
            values = target_net(next_observation)
            chosen = (net(next_observation) + values).argmax(dim=1)
            later = values.gather(1, chosen.unsqueeze(1)).squeeze(1)
            return reward + gamma * later * ~terminated

    result = ask(DoubleTargetsTask("unit/double"), together, seed)

    assert mistakes(result) == {DOUBLE: "chosen_by_both"}


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("left_out", range(3))
def test_no_action_can_be_left_out(left_out, seed):
    others = [action for action in range(3) if action != left_out]
    plain = targets_by(lambda r, q, on, g: r + g * q[:, others].max(dim=1).values * on)

    def double(r, q, t, on, g):
        chosen = torch.tensor(others)[q[:, others].argmax(dim=1)]
        return r + g * t.gather(1, chosen[:, None])[:, 0] * on

    assert ask(TargetsTask("unit/targets"), plain, seed).points == 0
    assert ask(DoubleTargetsTask("unit/targets"), double_by(double), seed).points == 0


@pytest.mark.parametrize("seed", range(20))
def test_a_coin_that_is_thrown_at_each_call_shows(seed):
    def double(r, q, t, on, g):
        chooser, judge = random.choice([(q, t), (t, q)])
        return r + g * judge.gather(1, chooser.argmax(dim=1)[:, None])[:, 0] * on

    result = ask(DoubleTargetsTask("unit/targets"), double_by(double), seed)
    assert mistakes(result)[DOUBLE] == "other_targets_each_time"


def test_targets_that_change_from_call_to_call_are_named():
    calls = []

    def drifts(r, q, on, g):
        calls.append(1)
        return r + g * best(q) * on + (0.1 if len(calls) > 3 else 0.0)

    result = ask(TargetsTask("unit/targets"), targets_by(drifts), 1)
    assert mistakes(result)[TARGETS] == "other_targets_each_time"


@pytest.mark.parametrize("seed", range(20))
def test_one_action_for_all_rows_is_not_taken_for_plain_dqn(seed):
    def double(r, q, t, on, g):
        return r + g * t[:, q.mean(dim=0).argmax()] * on

    result = ask(DoubleTargetsTask("unit/targets"), double_by(double), seed)
    assert mistakes(result)[DOUBLE] == "one_action_for_all"
