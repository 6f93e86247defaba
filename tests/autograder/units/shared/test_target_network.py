"""The target network: right answers earn all points, and each mistake gets its name."""

import pytest
import torch
from torch import nn

from autograder.checks.judge import judge
from autograder.units.shared.target_network import CopyTask, SoftUpdateTask
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import message, mistakes

SEEDS = (1, 2)
MOVES, COPIES, OWN = "moves_by_tau", "copies_the_weights", "stays_a_network_of_its_own"


def ask(task, function, seed):
    return judge(task, LocalStudent({task.requires[0]: function}, "torch"), seed)


def worth(task):
    """Each check's points, and the names of the blocking ones."""
    return {check.name: check.points for check in task.checks}, [
        check.name for check in task.checks if check.blocking
    ]


@pytest.mark.parametrize("make", [SoftUpdateTask, CopyTask])
def test_what_a_unit_may_choose_is_given_by_name(make):
    with pytest.raises(TypeError, match="positional"):
        make("unit/label", "label")


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


def moves_twice(target_net, net, tau):
    soft_update(target_net, net, tau)
    soft_update(target_net, net, tau)


def switches_gradients_off(target_net, net, tau):
    net.requires_grad_(False)
    soft_update(target_net, net, tau)


def switches_the_targets_gradients_off(target_net, net, tau):
    target_net.requires_grad_(False)
    soft_update(target_net, net, tau)


def copies_by_chance(target_net, net, tau):
    if tau < 0.5 and torch.rand(()) < tau / 2:
        target_net.load_state_dict(net.state_dict())


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


def moves_the_first_parameter_alone(target_net, net, tau):
    with torch.no_grad():
        next(target_net.parameters()).lerp_(next(net.parameters()), tau)


def makes_a_smaller_layer(target_net, net, tau):
    target_net[2] = nn.Linear(8, 2)


def makes_a_larger_layer(target_net, net, tau):
    target_net[2] = nn.Linear(1000, 2)


def forgets_a_layer(target_net, net, tau):
    soft_update(target_net, net, tau)
    del target_net[2]


def test_the_soft_update_is_worth_three_points():
    task = SoftUpdateTask("unit/soft_update")

    assert task.name == "unit/soft_update"
    assert task.requires == ("soft_update",)
    assert worth(task) == ({MOVES: 2, OWN: 1}, [MOVES])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "function",
    [soft_update, updates_the_state, updates_the_data, switches_the_targets_gradients_off],
)
def test_a_right_soft_update_earns_all_points(function, seed):
    result = ask(SoftUpdateTask("unit/soft_update"), function, seed)

    assert mistakes(result) == {}
    assert result.points == 3


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("function", "mistake", "says"),
    [
        (only_computes, "nothing_moved", "has not changed"),
        (copies_by_chance, "moves_sometimes", "no random number"),
        (moves_the_weights_alone, "some_weights_left_out", "16% of the target's weights"),
        (moves_the_first_layer_alone, "some_weights_left_out", "40% of the target's weights"),
        (moves_the_network, "wrong_direction", "the target follows the network"),
        (moves_both, "both_networks_changed", "have changed, too"),
        (moves_the_first_parameter_alone, "only_the_first_moved", "first of 4 parameters"),
        (makes_a_smaller_layer, "wrong_target", "other layers"),
        (makes_a_larger_layer, "wrong_target", "other layers"),
        (forgets_a_layer, "wrong_target", "other layers"),
        (updated_by(lambda slow, fast, tau: slow + (1 - tau) * (fast - slow)), "tau_swapped", ""),
        (updated_by(lambda slow, fast, tau: fast), "tau_ignored", ""),
        (updated_by(lambda slow, fast, tau: tau * fast), "target_shrinks", ""),
        (updated_by(lambda slow, fast, tau: slow + tau * fast), "target_grows", ""),
        (
            updated_by(lambda slow, fast, tau: slow + 0.05 * (fast - slow)),
            "fixed_tau",
            "the part 0.05",
        ),
        (updated_by(lambda slow, fast, tau: slow - tau * (fast - slow)), "moves_away", "sign"),
        (moves_twice, "moved_twice", "one of its modules"),
        (
            updated_by(lambda slow, fast, tau: torch.lerp(slow, fast, tau) + 0.05),
            "wrong_update",
            "",
        ),
    ],
)
def test_a_wrong_soft_update_is_named(function, mistake, says, seed):
    result = ask(SoftUpdateTask("unit/soft_update"), function, seed)

    assert mistakes(result) == {MOVES: mistake}
    assert says in message(result, MOVES)
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wrong_update_is_told_both_parts(seed):
    told = []

    def moves_too_much(target_net, net, tau):
        told.append(tau)
        updated_by(lambda slow, fast, tau: torch.lerp(slow, fast, tau) + 0.1)(target_net, net, tau)

    said = message(ask(SoftUpdateTask("unit/soft_update"), moves_too_much, seed), MOVES)

    tau = told[0]
    assert 0.1 <= tau <= 0.3
    assert f"With tau = {tau} each weight" in said
    assert f"{tau} * the network's weight + {1 - tau:.2f} * its own" in said


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("error", "wrong"), [(0.0009, False), (0.02, True)])
def test_a_soft_update_may_be_off_by_a_thousandth(error, wrong, seed):
    function = updated_by(lambda slow, fast, tau: torch.lerp(slow, fast, tau) + error)

    found = mistakes(ask(SoftUpdateTask("unit/soft_update"), function, seed))

    assert found == ({MOVES: "wrong_update"} if wrong else {})


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("inputs", "mistake"), [(19, "some_weights_left_out"), (20, "wrong_update")]
)
def test_from_one_weight_in_twenty_on_weights_are_left_out(inputs, mistake, seed):
    def single(student, layers):
        return student.network([stretched(layers, inputs)])

    result = ask(SoftUpdateTask("unit/soft_update", network=single), moves_the_weights_alone, seed)

    assert mistakes(result)[MOVES] == mistake


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

    result = ask(SoftUpdateTask("unit/soft_update"), begins_anew, seed)

    assert mistakes(result)[MOVES] == "nothing_moved"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_full_update_must_copy_numbers_too(seed):
    def shares_when_all_is_taken(target_net, net, tau):
        if tau == 1:
            for slow, fast in pairs(target_net, net):
                slow.data = fast.data
        else:
            soft_update(target_net, net, tau)

    result = ask(SoftUpdateTask("unit/soft_update"), shares_when_all_is_taken, seed)

    assert mistakes(result) == {OWN: "target_aliased"}
    assert result.points == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_the_network_can_still_learn_after_a_soft_update(seed):
    result = ask(SoftUpdateTask("unit/soft_update"), switches_gradients_off, seed)

    assert mistakes(result) == {OWN: "network_cannot_learn"}
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


def copies_larger_weights(target_net, net):
    with torch.no_grad():
        for theirs, own in zip(target_net.parameters(), net.parameters(), strict=True):
            theirs.copy_(torch.maximum(theirs, own))


def copies_and_changes_the_network(target_net, net):
    copy_weights(target_net, net)
    with torch.no_grad():
        net[2].bias += 0.01


def copies_nearly(target_net, net):
    soft_update(target_net, net, 0.99)


def changed_by(formula):
    """A copy that writes this formula of the old and the new weights."""

    def copy(target_net, net):
        with torch.no_grad():
            for slow, fast in pairs(target_net, net):
                slow.copy_(formula(slow, fast))

    return copy


copies_rounded = changed_by(lambda old, new: new.round(decimals=2))
adds_the_weights = changed_by(lambda old, new: old + new)
moves_away = changed_by(lambda old, new: 2 * old - new)
keeps_larger_weights = changed_by(torch.maximum)


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
    task = CopyTask("unit/copy")

    assert task.name == "unit/copy"
    assert task.requires == ("copy_weights",)
    assert worth(task) == ({COPIES: 1, OWN: 1}, [COPIES])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("function", [copy_weights, copies_each, replaces_the_data])
def test_a_right_copy_earns_all_points(function, seed):
    result = ask(CopyTask("unit/copy"), function, seed)

    assert mistakes(result) == {}
    assert result.points == 2


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("function", "mistake"),
    [
        (copies_nothing, "nothing_copied"),
        (copies_the_weights_alone, "wrong_copy"),
        (copies_nearly, "part_of_the_way"),
        (copies_rounded, "wrong_copy"),
        (adds_the_weights, "weights_added"),
        (moves_away, "wrong_sign"),
        (keeps_larger_weights, "larger_ones"),
        (removes_a_layer, "wrong_copy"),
        (copies_and_removes_a_layer, "wrong_copy"),
        (copies_into_another_shape, "wrong_copy"),
        (copies_the_other_way, "wrong_direction"),
        (copies_and_changes_the_network, "both_networks_changed"),
        (copies_larger_weights, "larger_ones"),
    ],
)
def test_a_wrong_copy_is_named(function, mistake, seed):
    result = ask(CopyTask("unit/copy"), function, seed)

    assert mistakes(result) == {COPIES: mistake}
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_call_copies_again(seed):
    copied = set()

    def copies_once(target_net, net):
        if id(target_net) not in copied:
            copied.add(id(target_net))
            copy_weights(target_net, net)

    result = ask(CopyTask("unit/copy"), copies_once, seed)

    assert mistakes(result)[COPIES] == "copied_only_once"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("function", [shares_the_layers, shares_the_data, shares_one_bias])
def test_a_copy_shares_no_memory(function, seed):
    result = ask(CopyTask("unit/copy"), function, seed)

    assert mistakes(result) == {OWN: "target_aliased"}
    assert result.points == 1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("make", "function"),
    [
        (SoftUpdateTask, soft_update),
        (CopyTask, copy_weights),
    ],
)
def test_target_networks_may_have_names_and_forms_of_their_own(make, function, seed):
    made = []

    def masked(student, layers):
        made.append(student.network(layers, masked=True))
        return made[-1]

    task = make("unit/label", function="answer", network=masked)
    result = ask(task, function, seed)

    assert (task.name, task.requires) == ("unit/label", ("answer",))
    assert mistakes(result) == {}
    assert len(made) == 4
