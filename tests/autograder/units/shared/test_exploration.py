"""Exploring: right schedules and right epsilon-greedy actions pass, each mistake gets its name."""

import numpy as np
import pytest
import torch

from autograder.checks.judge import NOT_REACHED, RAISES, judge
from autograder.units.shared.exploration import (
    EpsilonGreedyTask,
    ExponentialEpsilonTask,
    LinearEpsilonTask,
)
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import message, mistakes

SEEDS = (1, 2, 3)


# --- the schedules


def ask_exponential(epsilon, seed=1):
    return judge(
        ExponentialEpsilonTask("test/epsilon"), LocalStudent({"epsilon": epsilon}, None), seed
    )


def ask_linear(epsilon, seed=1, framework=None):
    return judge(
        LinearEpsilonTask("test/epsilon"), LocalStudent({"epsilon": epsilon}, framework), seed
    )


def exponential(step, start, end, decay):
    return end + (start - end) * np.exp(-step / decay)


def linear(step, start, end, steps):
    return start + (end - start) * min(step / steps, 1)


SCHEDULES = [(ask_exponential, exponential), (ask_linear, linear)]
both_schedules = pytest.mark.parametrize(("ask", "right"), SCHEDULES, ids=["exponential", "linear"])


def test_the_schedules_are_tasks_of_their_unit():
    for task in (ExponentialEpsilonTask("test/epsilon"), LinearEpsilonTask("test/epsilon")):
        assert task.name == "test/epsilon"
        assert task.requires == ("epsilon",)


def test_the_exponential_schedule_is_worth_one_point():
    assert [check.points for check in ExponentialEpsilonTask("test/epsilon").checks] == [1]


def test_the_linear_schedule_is_worth_two_points():
    assert [check.points for check in LinearEpsilonTask("test/epsilon").checks] == [1, 1]


@both_schedules
@pytest.mark.parametrize("seed", range(20))
def test_a_right_schedule_earns_all_points(ask, right, seed):
    result = ask(right, seed)

    assert mistakes(result) == {}
    assert result.points == result.max_points


@both_schedules
@pytest.mark.parametrize(
    "form",
    [float, np.float32, np.asarray, lambda number: np.array([number])],
    ids=["float", "float32", "array of no axes", "array of one number"],
)
def test_epsilon_may_be_any_one_number(ask, right, form):
    assert mistakes(ask(lambda *arguments: form(right(*arguments)))) == {}


def test_epsilon_may_be_a_tensor_or_a_whole_number():
    def schedule(step, start, end, steps):
        value = linear(step, start, end, steps)
        return 1 if value == 1 else torch.tensor(value)

    assert mistakes(ask_linear(schedule, framework="torch")) == {}


def test_the_line_may_be_interpolated():
    assert mistakes(ask_linear(lambda t, a, b, n: np.interp(t, [0, n], [a, b]))) == {}


@both_schedules
def test_the_schedules_are_asked_for_probabilities_that_fall(ask, right):
    asked = []

    def recorded(*arguments):
        asked.append(arguments)
        return right(*arguments)

    for seed in range(30):
        ask(recorded, seed)
    for step, start, end, steps in asked:
        assert 0.02 <= end <= 0.2
        assert 0.7 <= start <= 1
        assert type(step) is int and type(steps) is int
        assert step >= 0 and (20 <= steps < 40 or steps == 300)
    assert len({start for _, start, _, _ in asked}) > 20
    assert len({steps for _, _, _, steps in asked}) > 10


@both_schedules
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("share", "passes"), [(0.9, True), (1.1, False)])
def test_epsilon_may_be_off_by_two_thousandths(ask, right, sign, share, passes):
    def schedule(*arguments):
        value = right(*arguments)
        return value + sign * share * 2e-3 * (1 + value)

    assert all(check.passed == passes for check in ask(schedule).checks)


@both_schedules
@pytest.mark.parametrize(
    "answer", [None, "0.5", [0.5], np.array([0.5, 0.5]), np.zeros(0)], ids=repr
)
def test_what_is_not_one_number_is_named(ask, right, answer):
    result = ask(lambda *_: answer)

    assert set(mistakes(result).values()) == {"not_a_number"}
    assert result.points == 0


@both_schedules
def test_one_answer_that_is_not_a_number_is_enough(ask, right):
    def schedule(step, *arguments):
        return right(step, *arguments) if step else None

    assert mistakes(ask(schedule)).popitem()[1] == "not_a_number"


@both_schedules
@pytest.mark.parametrize("answer", [np.nan, np.inf], ids=str)
def test_epsilon_is_finite(ask, right, answer):
    assert not any(check.passed for check in ask(lambda *_: answer).checks)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("epsilon", "mistake", "says"),
    [
        (lambda t, a, b, n: a * np.exp(-t / n), "decays_to_zero", "add end"),
        (lambda t, a, b, n: b + a * np.exp(-t / n), "starts_too_high", "start - end"),
        (lambda t, a, b, n: exponential(t, b, a, n), "start_and_end_swapped", "swapped"),
        (lambda t, a, b, n: b + (a - b) * np.exp(t / n), "rises", "negative"),
        (lambda t, a, b, n: b + (a - b) * np.exp(-(t // n)), "whole_division", "//"),
        (lambda t, a, b, n: b + (a - b) * np.exp(-t // n), "whole_division", "//"),
        (lambda t, a, b, n: a, "never_decays", "stays at its start"),
        (lambda t, a, b, n: exponential(t, 0.9, 0.05, 1000), "arguments_ignored", "arguments"),
        (lambda t, a, b, n: linear(t, a, b, n), "linear", "straight line"),
        (lambda t, a, b, n: exponential(t, a, b, n) - b, "end_not_added", "not added"),
        (lambda t, a, b, n: max(b, a * np.exp(-t / n)), "cut_at_the_end", "another curve"),
        (lambda t, a, b, n: b + (a - b) * 0.5 ** (t / n), "half_life", "power of e"),
        (lambda t, a, b, n: b + (a - b) * np.exp(-t * n), "step_times_decay", "divide step"),
        (lambda t, a, b, n: b + (a - b) * np.exp(-t) / n, "divided_outside", "into the exponent"),
        (lambda t, a, b, n: exponential(t + 1, a, b, n), "one_step_off", "exactly start"),
        (lambda t, a, b, n: exponential(max(t - 1, 0), a, b, n), "one_step_off", "exactly start"),
        (lambda t, a, b, n: round(exponential(t, a, b, n), 2), "rounded", "two digits"),
        (lambda t, a, b, n: bool(t < n), "a_decision", "true or false"),
        (lambda t, a, b, n: exponential(t, a, 0.03, n), "another_end", "it is at 0.03"),
        (lambda t, a, b, n: exponential(t, 0.9, b, n), "another_start", "begins at 0.9"),
        (lambda t, a, b, n: exponential(t, a, b, 1.1 * n), "wrong_epsilon", "epsilon should be"),
        (lambda t, a, b, n: b, "wrong_epsilon", "epsilon should be"),
    ],
)
def test_a_wrong_exponential_schedule_is_named(epsilon, mistake, says, seed):
    result = ask_exponential(epsilon, seed)

    assert mistakes(result) == {"decays_exponentially": mistake}
    assert says in message(result, "decays_exponentially")
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "wrong_when",
    [
        lambda step, decay: step == 0,
        lambda step, decay: 0 < step < decay,
        lambda step, decay: decay <= step < 2 * decay,
        lambda step, decay: 2 * decay < step < 4 * decay,
        lambda step, decay: 10 * decay < step,
    ],
    ids=["at first", "early", "after decay steps", "late", "at last"],
)
def test_an_exponential_schedule_is_right_all_along(wrong_when, seed):
    def schedule(step, start, end, decay):
        return exponential(step, start, end, decay) + 0.01 * wrong_when(step, decay)

    assert mistakes(ask_exponential(schedule, seed)) == {"decays_exponentially": "wrong_epsilon"}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_message_says_what_the_exponential_schedule_should_be(seed):
    asked = []

    def schedule(*arguments):
        asked.append(arguments)
        return 0.0

    said = message(ask_exponential(schedule, seed), "decays_exponentially")

    _, start, end, decay = asked[0]
    assert f"With start {start:.4f}, end {end:.4f} and decay {decay}," in said
    assert f"should be {start:.4f} at step 0" in said
    assert f"{exponential(decay, start, end, decay):.3f} at step {decay}" in said
    assert f"{end:.4f} after very many" in said


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("epsilon", "mistake", "says"),
    [
        (lambda t, a, b, n: linear(t, a, 0, n), "falls_to_zero", "ends at 0"),
        (lambda t, a, b, n: linear(t, a, 0.05, n), "another_end", "it is at 0.05"),
        (lambda t, a, b, n: linear(t, a, b, 1.1 * n), "another_end", "no factor"),
        (lambda t, a, b, n: a + (b - a / n) * t, "wrong_epsilon", "equal parts"),
        (lambda t, a, b, n: linear(t, 1.0, b, n), "another_start", "begins at 1,"),
        (lambda t, a, b, n: max(linear(t, a, 0, n), b), "aimed_at_zero", "aims at 0"),
        (lambda t, a, b, n: a * (b / a) ** (t / n), "equal_factors", "same difference"),
        (lambda t, a, b, n: linear(t, b, a, n), "start_and_end_swapped", "swapped"),
        (lambda t, a, b, n: exponential(t, a, b, n), "exponential", "straight line"),
        (lambda t, a, b, n: a, "never_decays", "stays at its start"),
        (lambda t, a, b, n: linear(t, a, b, n + 1), "one_step_off", "one step"),
        (lambda t, a, b, n: linear(max(t - 1, 0), a, b, n), "one_step_off", "one step"),
        (lambda t, a, b, n: linear(t % n, a, b, n), "starts_again", "back at start"),
        (lambda t, a, b, n: a + b * t / n, "end_added", "end - start"),
        (lambda t, a, b, n: b, "always_the_end", "from the first step"),
        (lambda t, a, b, n: round(linear(t, a, b, n), 2), "rounded", "two digits"),
        (lambda t, a, b, n: 2 * b, "wrong_epsilon", "at step 0"),
    ],
)
def test_a_wrong_line_is_named_and_its_end_is_not_asked_for(epsilon, mistake, says, seed):
    result = ask_linear(epsilon, seed)

    assert mistakes(result) == {"falls_on_a_line": mistake}
    assert result.checks[-1].mistake == NOT_REACHED
    assert says in message(result, "falls_on_a_line")
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "epsilon",
    [
        lambda t, a, b, n: linear(t, a, b, n) + 0.01 * (t == 0),
        lambda t, a, b, n: linear(t, a, b, n) + 0.01 * (0 < t < n / 2),
        lambda t, a, b, n: linear(t, a, b, n) + 0.01 * (n / 2 < t < n),
        lambda t, a, b, n: linear(t, a, b, n) + 0.01 * (t == n),
    ],
    ids=["at first", "early", "late", "at last"],
)
def test_a_schedule_may_be_right_only_at_its_end(epsilon, seed):
    def schedule(step, start, end, steps):
        return end if step > steps else epsilon(step, start, end, steps)

    assert mistakes(ask_linear(schedule, seed)) == {"falls_on_a_line": "wrong_epsilon"}


@both_schedules
def test_a_schedule_counts_no_calls(ask, right):
    calls = []

    def schedule(step, *arguments):
        calls.append(step)
        return right(len(calls), *arguments)

    assert set(mistakes(ask(schedule)).values()) == {"depends_on_calls"}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_message_says_what_the_line_should_be(seed):
    asked = []

    def schedule(*arguments):
        asked.append(arguments)
        return 0.0

    said = message(ask_linear(schedule, seed), "falls_on_a_line")

    _, start, end, steps = asked[0]
    assert f"From start {start:.4f} epsilon" in said
    assert f"to {end:.4f}, reached after {steps} steps" in said


@pytest.mark.parametrize(
    ("after", "says"),
    [
        (lambda t, a, b, n: a + (b - a) * t / n, "Yours is 0.06707 at step 301"),
        (lambda t, a, b, n: max(a + (b - a) * t / n, 0.0), "Yours is 0.06707 at step 301"),
        (lambda t, a, b, n: a, "Yours is 0.95 at step 301"),
        (lambda t, a, b, n: a if t == 2 * n else b, "Yours is 0.95 at step 600"),
        (lambda t, a, b, n: a if t > 10 * n else b, "Yours is 0.95 at step 40000"),
    ],
    ids=["falls on", "stops at 0", "begins anew", "twice as far", "long after"],
)
def test_a_line_stays_at_its_end(after, says):
    def schedule(step, start, end, steps):
        return (after if step > steps else linear)(step, start, end, steps)

    result = ask_linear(schedule)

    assert mistakes(result) == {"stays_at_the_end": "falls_too_far"}
    assert says in message(result, "stays_at_the_end")
    assert "the end value, 0.07" in message(result, "stays_at_the_end")
    assert result.points == 1


# --- epsilon-greedy actions


def q_values(net, observation):
    with torch.no_grad():
        return net(torch.as_tensor(observation, dtype=torch.float32)).numpy()


def best(values):
    return values.argmax(axis=1)


def any_action(values):
    return np.random.randint(values.shape[1], size=len(values))


def below(rows, epsilon):
    return np.random.rand(rows) < epsilon


def epsilon_greedy(greedy=best, draw=any_action, explores=below):
    """`select_action` out of its three parts."""

    def select_action(net, observation, epsilon):
        values = q_values(net, observation)
        return np.where(explores(len(values), epsilon), draw(values), greedy(values))

    return select_action


def altered(change):
    """A right `select_action` whose answer is changed at the end."""
    right = epsilon_greedy()
    return lambda net, observation, epsilon: change(right(net, observation, epsilon))


def ask_act(select_action, seed=1, **keywords):
    function = keywords.get("function", "select_action")
    student = LocalStudent({function: select_action}, "torch")
    return judge(EpsilonGreedyTask("test/act", **keywords), student, seed)


SHAPE, BEST, EXPLORES, SHARE = (
    "one_action_for_each_row",
    "takes_the_best_action",
    "explores_all_actions_alike",
    "random_with_probability_epsilon",
)


def test_acting_is_worth_three_points():
    task = EpsilonGreedyTask("test/act")

    assert task.name == "test/act"
    assert task.requires == ("select_action",)
    assert [check.points for check in task.checks] == [0, 1, 1, 1]


@pytest.mark.parametrize("seed", range(15))
def test_right_actions_earn_all_points(seed):
    result = ask_act(epsilon_greedy(), seed)

    assert mistakes(result) == {}
    assert result.points == 3


def row_by_row(net, observation, epsilon):
    return [
        np.random.randint(len(row)) if np.random.rand() < epsilon else int(np.argmax(row))
        for row in q_values(net, observation)
    ]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "select_action",
    [
        row_by_row,
        altered(list),
        altered(torch.tensor),
        altered(lambda action: list(torch.tensor(action))),
        altered(lambda action: action.astype(np.int32)),
        altered(lambda action: action.astype(np.uint8)),
    ],
    ids=["loop", "list", "tensor", "list of tensors", "int32", "uint8"],
)
def test_actions_may_be_any_whole_numbers(select_action, seed):
    assert mistakes(ask_act(select_action, seed)) == {}


def test_task_and_function_may_have_other_names():
    task = EpsilonGreedyTask("test/play", function="choose")

    assert task.name == "test/play"
    assert task.requires == ("choose",)
    assert mistakes(ask_act(epsilon_greedy(), function="choose")) == {}


def test_the_network_may_have_another_form():
    right = epsilon_greedy()

    def with_mask(net, observation, epsilon):
        return right(lambda x: net(x, 1.0), observation, epsilon)

    def masked(student, layers):
        return student.network(layers, masked=True)

    assert mistakes(ask_act(with_mask, network=masked)) == {}
    assert mistakes(ask_act(right, network=masked)) == {SHAPE: RAISES}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("change", "mistake", "says"),
    [
        (lambda action: action[:, None], "wrong_shape", "For 5 observations"),
        (lambda action: action[:1], "wrong_shape", "there should be 5 actions"),
        (np.squeeze, "wrong_shape", "For 1 observations there should be 1 actions"),
        (lambda action: None, "wrong_shape", "not None"),
        (lambda action: [[int(item)] for item in action], "wrong_shape", "not a list"),
        (lambda action: [np.array([item]) for item in action], "wrong_shape", "not a list"),
        (lambda action: action + 0.5, "wrong_actions", "yours are float64"),
        (lambda action: action > 0, "wrong_actions", "yours are bool"),
        (lambda action: 0 * action + 3, "wrong_actions", "yours are int64, from 3 to 3"),
        (lambda action: 0 * action - 1, "wrong_actions", "yours are int64, from -1 to -1"),
        (lambda action: np.arange(len(action)) - 1, "wrong_actions", "from -1 to 3"),
    ],
)
def test_there_is_one_action_for_each_row(change, mistake, says, seed):
    result = ask_act(altered(change), seed)

    assert mistakes(result) == {SHAPE: mistake}
    assert says in message(result, SHAPE)
    assert result.points == 0


def test_the_message_says_which_actions_there_are():
    said = message(ask_act(altered(lambda action: action + 3)), SHAPE)

    assert "With 3 actions the answers should be whole numbers from 0 to 2" in said


@pytest.mark.parametrize("seed", range(10))
def test_an_argmax_over_all_values_is_named_for_every_seed(seed):
    def over_all(values):
        return np.full(len(values), values.argmax())

    result = ask_act(epsilon_greedy(greedy=over_all), seed)

    assert mistakes(result) == {SHAPE: "argmax_without_axis"}


@pytest.mark.parametrize(
    "change", [lambda action: action.astype(float), lambda a: [*map(float, a)]]
)
def test_whole_numbers_that_are_floats_cost_one_point(change):
    result = ask_act(altered(change))

    assert mistakes(result) == {BEST: "float_actions"}
    assert "np.zeros(n, dtype=int)" in message(result, BEST)
    assert result.points == 2


def test_the_observations_must_come_back_as_they_were():
    right = epsilon_greedy()

    def in_place(net, observation, epsilon):
        observation *= 2
        return right(net, observation, epsilon)

    assert mistakes(ask_act(in_place)) == {SHAPE: "observation_changed"}


def only_when(condition, wrong):
    """A right `select_action`, but for some questions."""
    right = epsilon_greedy()

    def select_action(net, observation, epsilon):
        chosen = wrong if condition(observation, epsilon) else right
        return chosen(net, observation, epsilon)

    return select_action


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "condition",
    [
        lambda observation, epsilon: epsilon == 0,
        lambda observation, epsilon: epsilon == 1,
        lambda observation, epsilon: len(observation) == 1,
        lambda observation, epsilon: 1 < len(observation) < 10,
        lambda observation, epsilon: observation.dtype == np.float64,
        lambda observation, epsilon: observation.dtype == np.float32,
    ],
    ids=["greedy", "random", "one row", "few rows", "double precision", "single precision"],
)
def test_shapes_are_right_whatever_is_asked(condition, seed):
    select_action = only_when(condition, altered(lambda action: action[:, None]))

    assert mistakes(ask_act(select_action, seed)) == {SHAPE: "wrong_shape"}


def test_observations_of_double_precision_are_taken():
    def takes_single_precision(net, observation, epsilon):
        return net(torch.as_tensor(observation)).argmax(dim=1)

    result = ask_act(takes_single_precision)

    assert mistakes(result) == {SHAPE: RAISES}


def others(values):
    """A random action that is never the best one."""
    n_actions = values.shape[1]
    return (best(values) + np.random.randint(1, n_actions, size=len(values))) % n_actions


def one_wrong_row(values):
    action = best(values)
    action[0] = (action[0] + 1) % values.shape[1]
    return action


def test_epsilon_is_a_probability_whenever_actions_are_asked_for():
    asked = []

    def recorded(net, observation, epsilon):
        asked.append(epsilon)
        return epsilon_greedy()(net, observation, epsilon)

    assert mistakes(ask_act(recorded)) == {}
    assert {0.0, 1.0} < set(asked)
    assert all(0 <= epsilon <= 1 for epsilon in asked)


@pytest.mark.parametrize("seed", range(8))
def test_one_draw_for_all_rows_is_named_so_even_if_it_hits_the_best_action(seed):
    def one_draw(values):
        return np.full(len(values), np.random.randint(values.shape[1]))

    result = ask_act(epsilon_greedy(draw=one_draw), seed)

    assert mistakes(result)["explores_all_actions_alike"] == "one_draw_for_all_rows"


def when(explores):
    return epsilon_greedy(explores=explores)


def exact_share(net, observation, epsilon, rounded=int):
    values = q_values(net, observation)
    action = best(values)
    rows = np.random.permutation(len(values))[: rounded(epsilon * len(values))]
    action[rows] = np.random.randint(values.shape[1], size=len(rows))
    return action


def rounded_up(net, observation, epsilon):
    return exact_share(net, observation, epsilon, lambda number: int(np.ceil(number)))


def explorers_first(net, observation, epsilon):
    values = q_values(net, observation)
    explore = below(len(values), epsilon)
    return np.concatenate([any_action(values[explore]), best(values[~explore])])


def same_draw(net, observation, epsilon):
    values = q_values(net, observation)
    draw = np.random.rand(len(values))
    return np.where(draw < epsilon, (draw * values.shape[1]).astype(int), best(values))


def softly(values):
    return (values + np.random.gumbel(size=values.shape)).argmax(axis=1)


def noisy(net, observation, epsilon):
    values = q_values(net, observation)
    return best(values + epsilon * np.random.normal(size=values.shape))


def rounded_draw(values):
    rows, n_actions = values.shape
    return np.round(np.random.rand(rows) * (n_actions - 1)).astype(int)


def seeded(net, observation, epsilon):
    np.random.seed(3)
    return epsilon_greedy()(net, observation, epsilon)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("select_action", "wrong", "says"),
    [
        (
            when(lambda rows, epsilon: np.random.rand(rows) > epsilon),
            {BEST: "epsilon_inverted", EXPLORES: "epsilon_inverted"},
            "*below* epsilon",
        ),
        (
            when(lambda rows, epsilon: np.random.randn(rows) < epsilon),
            {BEST: "normal_instead_of_uniform", EXPLORES: "normal_instead_of_uniform"},
            "np.random.rand",
        ),
        (
            epsilon_greedy(greedy=any_action),
            {BEST: "random_without_epsilon", EXPLORES: "random_without_epsilon"},
            "no action should be random",
        ),
        (
            when(lambda rows, epsilon: np.random.rand(rows) < epsilon + 0.1),
            {BEST: "random_without_epsilon", EXPLORES: "random_without_epsilon"},
            "of yours are",
        ),
        (
            epsilon_greedy(greedy=lambda values: values.argmin(axis=1)),
            {BEST: "worst_action"},
            "argmax",
        ),
        (
            epsilon_greedy(greedy=lambda values: np.argsort(values, axis=1)[:, 1]),
            {BEST: "not_greedy"},
            "largest Q-value",
        ),
        (
            epsilon_greedy(greedy=lambda values: 0 * best(values) + best(values)[0]),
            {BEST: "same_action_for_all"},
            "last dimension",
        ),
        (epsilon_greedy(greedy=one_wrong_row), {BEST: "not_greedy"}, "largest Q-value"),
        (epsilon_greedy(draw=best), {EXPLORES: "never_explores"}, "all rows got the best one"),
        (
            epsilon_greedy(draw=lambda values: (best(values) + 1) % values.shape[1]),
            {EXPLORES: "one_draw_for_all_rows"},
            "draw for each row",
        ),
        (epsilon_greedy(draw=others), {EXPLORES: "best_action_left_out"}, "from *all* actions"),
        (
            epsilon_greedy(draw=lambda values: np.random.randint(2, size=len(values))),
            {EXPLORES: "actions_left_out"},
            "never come up: 2, 3",
        ),
        (seeded, {EXPLORES: "same_draws_again"}, "no seed inside"),
        (
            when(lambda rows, epsilon: np.random.rand() < epsilon),
            {SHARE: "one_decision_for_all_rows"},
            "Decide for each row",
        ),
        (
            when(lambda rows, epsilon: np.random.randint(0, 1, size=rows) < epsilon),
            {SHARE: "always_explores"},
            "whatever epsilon is",
        ),
        (
            when(lambda rows, epsilon: np.full(rows, epsilon >= 1)),
            {SHARE: "never_explores_at_half"},
            "no row ever explores",
        ),
        (
            when(lambda rows, epsilon: np.random.rand(rows) < epsilon**2),
            {SHARE: "wrong_share"},
            "a random action may be the best one, too",
        ),
        (
            when(
                lambda rows, epsilon: (
                    (np.random.rand(rows) >= epsilon) & (epsilon > 0) | (epsilon == 1)
                )
            ),
            {SHARE: "epsilon_inverted"},
            "*not* exploring",
        ),
        (exact_share, {SHARE: "fixed_number_of_rows"}, "0 of 80 calls"),
        (rounded_up, {SHARE: "fixed_number_of_rows"}, "of 80 calls"),
        (explorers_first, {SHARE: "actions_of_other_rows"}, "*own* row"),
        (same_draw, {SHARE: "not_uniform_below_one"}, "Draw the action anew"),
        (epsilon_greedy(draw=softly), {EXPLORES: "better_actions_more_often"}, "not depend"),
        (noisy, {EXPLORES: "better_actions_more_often"}, "not depend"),
        (epsilon_greedy(draw=rounded_draw), {EXPLORES: "not_uniform"}, "about equally often"),
        (
            when(lambda rows, epsilon: np.random.rand(rows) < 0.7 * epsilon),
            {EXPLORES: "explores_too_seldom"},
            "the best one has the share",
        ),
        (
            lambda net, observation, epsilon: q_values(net, observation).max(axis=1),
            {SHAPE: "values_instead_of_actions"},
            "argmax, not max",
        ),
        (
            epsilon_greedy(greedy=lambda values: values.argmax(axis=0)),
            {SHAPE: "argmax_along_the_rows"},
            "one action for each row",
        ),
    ],
    ids=[
        "greedy below epsilon",
        "normal numbers",
        "always random",
        "a tenth more",
        "smallest value",
        "second smallest value",
        "the first row's for all",
        "one row wrong",
        "never random",
        "one draw",
        "best action left out",
        "two actions",
        "seeded inside",
        "one decision",
        "always below",
        "never below",
        "epsilon squared",
        "inverted between 0 and 1",
        "a fixed number of rows",
        "a number of rows, rounded up",
        "explorers first",
        "one draw for both",
        "softmax",
        "noise on the values",
        "the ends half as likely",
        "too seldom",
        "values",
        "argmax along the rows",
    ],
)
def test_a_wrong_choice_is_named(select_action, wrong, says, seed):
    result = ask_act(select_action, seed)

    assert mistakes(result) == wrong
    assert says in message(result, next(iter(wrong)))
    lost = {*wrong, SHARE} if EXPLORES in wrong else set(wrong)
    assert result.points == (0 if SHAPE in wrong else 3 - len(lost))


def deal(favoured, deviations):
    """Exactly so many standard deviations too many of one action, alike many of the others."""

    def draw(values):
        rows, n_actions = values.shape
        share = 1 / n_actions
        share += deviations * np.sqrt(share * (1 - share) / rows)
        action = favoured + 1 + np.arange(rows) % (n_actions - 1)
        action[: round(share * rows)] = favoured
        return np.random.permutation(action % n_actions)

    return draw


@pytest.mark.parametrize("favoured", range(4))
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("deviations", "named"), [(5.9, {None}), (6.1, {"not_uniform", "explores_too_seldom"})]
)
def test_random_actions_may_be_six_standard_deviations_off(favoured, sign, deviations, named):
    result = ask_act(epsilon_greedy(draw=deal(favoured, sign * deviations)))

    assert mistakes(result).get("explores_all_actions_alike") in named


def test_an_answer_that_cannot_be_read_fails_the_check_alone():
    endless = altered(lambda action: [10**30] * len(action))

    assert mistakes(ask_act(endless)) == {SHAPE: "wrong_actions"}
