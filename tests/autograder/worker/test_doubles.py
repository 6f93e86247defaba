"""Doubles in the place of a student's functions: in this process and across the border alike."""

import types
from collections import namedtuple

import numpy as np
import pytest
import torch

from autograder.grading.notebook import Submission, SubmittedCell
from autograder.grading.session import Session
from autograder.worker.doubles import Double
from autograder.worker.frameworks import NumPyFramework
from autograder.worker.interface import (
    PassedOn,
    Returned,
    Scaled,
    StudentError,
    StudentObject,
    Tensor,
    WeightedSums,
)
from autograder.worker.local import MAX_FILE, LocalStudent
from autograder.worker.rules import (
    Memories,
    Networks,
    RowSums,
    Side,
    TableLoss,
    Term,
    WeightsWritten,
)
from helpers.agents import Transition

CODE = """
import torch
from torch import nn

kept = []

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 2)
    def forward(self, x):
        return self.layer(x)
    def name(self):
        return "own"

class Agent:
    def __init__(self):
        self.net = Net()
        self.optimizer = torch.optim.Adam(self.net.parameters())
    def learn(self, x):
        loss = inner(x, weight=2.0)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

def inner(x, weight=1.0): raise NotImplementedError()
def outer(x): return inner(x, 3.0)
def outer_in_place(x):
    found = inner(x)
    x += 1
    return found
def backward(x): x.sum().backward()
def short(x): return inner(x)
def keep(value): kept.append(value)
def read(): return len(kept)
def write_zeros(path, size): open(path, "wb").write(bytes(size))
def is_own(net): return isinstance(net, Net) and net.name() == "own"
"""


@pytest.fixture(scope="module")
def local():
    namespace = {}
    exec(CODE, namespace)
    return LocalStudent(namespace, "torch")


@pytest.fixture(scope="module")
def remote():
    submission = Submission((SubmittedCell("cell", "code", CODE, runs=True),))
    with Session(submission, "torch", sandboxed=True) as session:
        yield session.ask(lambda student: student, 20.0)


@pytest.fixture(params=("local", "remote"))
def student(request):
    return request.getfixturevalue(request.param)


X = np.array([1.0, 2.0], np.float32)


def test_a_double_answers_in_the_place_of_the_function_and_keeps_its_arguments(student):
    with student.doubles():
        double = student.double("inner", ("x", "weight"), Returned(("first", "later")))

        answers = [student.call("outer", X) for _ in range(3)]

        assert answers == ["first", "later", "later"]
        assert double.get("count") == 3
        np.testing.assert_array_equal(double.call("given", 0, "x"), X)
        assert double.call("given", 2, "weight") == 3.0


def test_a_double_can_take_the_place_of_another_wherever_the_code_looks():
    module = types.ModuleType("elsewhere")
    exec("def inner(): return 0\ndef outer(): return inner()", vars(module))
    student = LocalStudent({"inner": module.inner, "outer": module.outer}, "torch")
    with student.doubles():
        student.double("inner", (), Returned((1,)))
        student.double("inner", (), Returned((2,)))

        assert student.call("outer") == 2

    assert student.call("outer") == 0


def test_what_a_double_replaced_comes_back(student):
    with student.doubles():
        student.double("inner", ("x", "weight"), Returned((1,)))

    with pytest.raises(StudentError, match="NotImplementedError"):
        student.call("outer", X)


def test_it_comes_back_after_an_error_in_the_block_too(student):
    with pytest.raises(ZeroDivisionError), student.doubles():
        student.double("inner", ("x", "weight"), Returned((1,)))
        raise ZeroDivisionError

    with pytest.raises(StudentError, match="NotImplementedError"):
        student.call("outer", X)


def test_a_name_that_was_not_there_is_gone_again(student):
    with student.doubles():
        student.double("unheard_of", (), Returned((1,)))
        assert student.call("unheard_of") == 1

    with pytest.raises(StudentError, match="not defined"):
        student.call("unheard_of")


def test_an_argument_is_kept_as_it_was_when_it_was_passed(student):
    with student.doubles():
        double = student.double("inner", ("x", "weight"), Returned((0,)))
        student.call("outer_in_place", Tensor(X))

        np.testing.assert_array_equal(double.call("given", 0, "x"), X)


def test_an_argument_that_was_left_out_is_none(student):
    with student.doubles():
        double = student.double("inner", ("x", "weight"), Returned((0,)))
        student.call("short", X)

        assert double.call("given", 0, "weight") is None


def test_an_argument_too_many_is_an_error_as_with_any_function(student):
    with student.doubles():
        student.double("inner", ("x",), Returned((0,)))

        with pytest.raises(StudentError, match="too many"):
            student.call("outer", X)


def test_an_argument_can_be_passed_on_as_floats(student):
    with student.doubles():
        student.double("inner", ("x", "weight"), PassedOn(0))

        assert student.call("outer", [1, 2]).dtype == np.float32


def test_a_loss_of_weighted_sums_moves_the_weights_by_what_is_known(student):
    agent = student.call("Agent")
    net = agent.get("net")
    before = net.parameters()
    random = np.random.default_rng(1)
    direction = {name: random.normal(size=part.shape) for name, part in before.items()}
    scales, weights = random.normal(size=(2, 3)).astype(np.float32)
    agent.set("optimizer", student.plain_optimizer(agent.get("optimizer"), 0.5))
    with student.doubles():
        double = student.double("inner", ("x", "weight"), WeightedSums(((0, weights),)))

        agent.call("learn", Scaled(student.linear(net, [direction]), scales))

        assert double.call("tracked", 0, "x") is True
    assert agent.get("optimizer.steps") == 1
    for name, array in net.parameters().items():
        moved = -0.5 * float(scales @ weights) * direction[name]
        np.testing.assert_allclose(array - before[name], moved, rtol=1e-4, atol=1e-6)


class Clips(torch.optim.Adam):
    """Cuts the gradients inside its step."""

    def step(self, closure=None):
        for group in self.param_groups:
            torch.nn.utils.clip_grad_value_(group["params"], 0.1)
        return super().step(closure)


class Own(torch.optim.Optimizer):
    """An optimizer written by hand, from which nothing is taken over."""

    def __init__(self, parameters):
        super().__init__(parameters, {})

    def step(self, closure=None):
        raise AssertionError("not asked")


@pytest.mark.parametrize(
    ("make", "moved", "closure"),
    [
        (torch.optim.Adam, -0.5, False),
        (torch.optim.AdamW, -0.5, True),
        (lambda parameters: torch.optim.Adam(parameters, maximize=True), 0.5, False),
        (Clips, -0.05, False),
        (Own, -0.5, True),
    ],
    ids=["Adam", "closure", "maximize", "clips", "own"],
)
def test_a_plain_optimizer_steps_as_the_student_means_it(make, moved, closure):
    student = LocalStudent({}, "torch")
    weight = torch.nn.Parameter(torch.zeros(2))
    plain = student._objects[student.plain_optimizer(student._hold(make([weight])), 0.5).number]

    def backward():
        loss = weight.sum()
        loss.backward()
        return loss

    if closure:
        assert plain.step(backward) == 0
    else:
        backward()
        plain.step()

    assert plain.steps == 1
    np.testing.assert_allclose(weight.detach().numpy(), moved)


def test_what_is_no_optimizer_has_no_plain_one():
    student = LocalStudent({}, "torch")

    with pytest.raises(StudentError, match="no optimizer"):
        student.plain_optimizer(student.put([1, 2]), 0.5)


def test_the_heads_of_a_linear_value_share_their_graph_for_one_backward_pass(student):
    net = student.call("Agent").get("net")
    directions = [{name: np.ones_like(part) for name, part in net.parameters().items()}] * 2
    heads, one = student.linear(net, directions), np.ones(1, np.float32)
    first, second, third = (student.put(Scaled(heads, one, head)) for head in (0, 1, 0))

    student.call("backward", first)

    with pytest.raises(StudentError, match="second time"):
        student.call("backward", second)
    student.call("backward", third)


def test_several_weighted_sums_are_several_results(student):
    pairs = ((0, np.ones(2, np.float32)), (0, np.array([2.0, 0.0], np.float32)))
    with student.doubles():
        student.double("inner", ("x", "weight"), WeightedSums(pairs))

        assert student.call("outer", Tensor(X)) == [3.0, 2.0]


def test_weights_of_another_shape_are_an_error(student):
    with student.doubles():
        student.double("inner", ("x", "weight"), WeightedSums(((0, np.ones(3, np.float32)),)))

        with pytest.raises(StudentError, match="shape should be"):
            student.call("outer", Tensor(X))


def test_a_network_can_be_an_instance_of_the_students_class(student):
    layers = [(np.eye(3, dtype=np.float32), np.zeros(3, np.float32))]

    own = student.network(layers, like="Net")

    assert student.call("is_own", own) is True
    np.testing.assert_array_equal(own(Tensor(np.ones((1, 3), np.float32))), np.ones((1, 3)))
    assert student.call("is_own", student.network(layers, like="keep")) is False


def test_a_file_is_read_and_written_as_bytes(student):
    content = np.frombuffer(b"weights", np.uint8)

    path = student.write_file("some.pt", content)

    np.testing.assert_array_equal(student.read_file(path), content)
    assert student.read_file(path + ".not") is None


def test_a_file_that_is_too_large_is_not_taken_for_none(student, tmp_path):
    path = student.temporary_path("large.pt")
    student.call("write_zeros", path, MAX_FILE + 1)

    with pytest.raises(StudentError, match=f"{MAX_FILE + 1} bytes are more than"):
        student.read_file(path)


def test_a_fresh_process_has_the_cells_but_not_what_happened_since(remote):
    remote.call("keep", 1)
    assert remote.call("read") >= 1

    with remote.fresh() as other:
        assert other.call("read") == 0
        assert isinstance(other.call("Agent"), StudentObject)


def test_in_a_notebook_there_is_only_the_notebooks_own_process(local):
    with local.fresh() as other:
        assert other is local


# --- rules of deep Q-learning

Q_CODE = """
import torch

class Agent:
    def __init__(self):
        self.net, self.target_net = DQN(), DQN()
        self.memory = ReplayMemory(10)
    def learn(self):
        batch = self.memory.sample(3)
        targets = td_targets(
            net=self.target_net, rewards=batch.reward, following=batch.next_observation,
            done=batch.terminated, discount=0.9)
        loss = q_loss(self.net, batch.observation, batch.action, targets)
        loss.backward()
        return loss
    def follow(self, tau):
        soft_update(self.target_net, self.net, tau)

class DQN(torch.nn.Module):
    def __init__(self, n_observations=4, n_actions=2, hidden_size=5):
        super().__init__()
        self.hidden = torch.nn.Linear(n_observations, hidden_size)
        self.head = torch.nn.Linear(hidden_size, n_actions)
    def forward(self, x):
        return self.head(torch.relu(self.hidden(x)))
    @classmethod
    def of(cls, settings):
        return cls(**settings)

class ReplayMemory:
    def __init__(self, capacity):
        self.capacity, self.rows = capacity, 0
    def push(self, transition):
        self.rows += len(transition.action)
    def is_full(self):
        return self.rows >= self.capacity

def network_of(settings): return DQN.of(settings)
def is_memory(value): return isinstance(value, ReplayMemory)
def is_network(value): return isinstance(value, DQN) and issubclass(type(value), DQN)
def width(net): return net.hidden.weight.shape[0]
def another(net): return type(net)()

def td_targets(net, rewards, following, done, discount): pass
"""
LAYERS = [[np.full((4, 2), value, np.float32), np.arange(2, dtype=np.float32)] for value in (1, 2)]
NETWORKS = Networks([[LAYERS[0]], [LAYERS[1]]], masked=False, like="DQN")
COLUMNS = (
    np.arange(20, dtype=np.float32).reshape(5, 4),
    np.array([0, 1, 1, 0, 1]),
    np.arange(5, dtype=np.float32),
    np.ones((5, 4), np.float32),
    np.array([False, True, False, False, True]),
)
TARGETS = RowSums(
    [
        Term(0, np.array([1.0, 10.0], np.float32), input=2),
        Term(1, np.array(100.0)),
        Term(3, np.array(1000.0)),
        Term(4, np.array(1.0)),
    ],
    as_array=False,
)
TABLE = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)


@pytest.fixture(scope="module", params=("local", "remote"))
def q_student(request):
    if request.param == "local":
        namespace = {}
        exec(Q_CODE, namespace)
        yield LocalStudent(namespace, "torch")
        return
    submission = Submission((SubmittedCell("cell", "code", Q_CODE, runs=True),))
    with Session(submission, "torch", sandboxed=True) as session:
        yield session.ask(lambda student: student, 20.0)


@pytest.fixture
def agent(q_student):
    with q_student.doubles():
        q_student.double("DQN", (), NETWORKS)
        memories = Memories(COLUMNS, as_tensors=True, like="ReplayMemory")
        q_student.double("ReplayMemory", ("capacity",), memories)
        q_student.double(
            "td_targets", ("net", "reward", "next_observation", "terminated", "gamma"), TARGETS
        )
        q_student.double("q_loss", ("net", "observation", "action", "targets"), TableLoss(TABLE, 7))
        q_student.double("soft_update", ("target_net", "net", "tau"), WeightsWritten(1.0, 0.5))
        yield q_student.call("Agent")


def test_networks_are_made_one_after_the_other_as_the_class_they_stand_in_for(agent):
    x = Tensor(np.ones((1, 4), np.float32))

    np.testing.assert_allclose(agent.get("net")(x), [[4.0, 5.0]])
    np.testing.assert_allclose(agent.get("target_net")(x), [[8.0, 9.0]])
    assert agent.get("net").kind == "DQN"


def test_targets_and_loss_depend_on_every_argument_whatever_its_name_is(agent):
    targets = 8 + 10 * 9 + 100 * np.arange(3) + 1000 * np.array([0, 1, 0]) + 0.9
    answers = np.array([np.sum(row) + np.arange(2) for row in COLUMNS[0][:3]])
    loss = 7 + np.sum(targets[:, None] * TABLE[COLUMNS[1][:3]] * answers)

    np.testing.assert_allclose(agent.call("learn"), loss, rtol=1e-5)


@pytest.mark.parametrize(("returned", "right"), [(None, None), (0, "target_net"), (1, "net")])
def test_a_soft_update_returns_the_argument_that_the_students_own_one_returns(
    agent, q_student, returned, right
):
    q_student.double(
        "soft_update", ("target_net", "net", "tau"), WeightsWritten(1.0, 0.5, returned)
    )
    networks = {name: agent.get(name) for name in ("target_net", "net")}

    result = q_student.call_ref("soft_update", networks["target_net"], networks["net"], 0.1)

    assert [name for name, each in networks.items() if q_student.same(result, each)] == (
        [] if right is None else [right]
    )


def test_a_memory_gives_out_the_next_rows_and_keeps_what_is_pushed(agent):
    memory = agent.get("memory")
    transition = Transition(*COLUMNS, truncated=COLUMNS[4], episode=np.arange(5))
    memory.call("push", transition)

    first, second = memory.call("sample", 3), memory.call("sample", 3)

    np.testing.assert_array_equal(first[2], [0, 1, 2])
    np.testing.assert_array_equal(second[2], [3, 4, 0])
    assert memory.get("sizes") == [3, 3]
    assert memory.call("__len__") == memory.get("size") == 5
    np.testing.assert_array_equal(memory.get("pushed")[0][0], COLUMNS[0])


def test_a_soft_update_adds_a_known_part_of_the_other_network(agent):
    agent.call("follow", 0.1)

    weight, _ = agent.get("target_net").parameters().values()
    np.testing.assert_allclose(weight, np.full((2, 4), 2 + 0.5 * 0.1 * 1))


def test_a_soft_update_by_the_whole_way_is_a_copy(agent):
    agent.call("follow", 1.0)

    for own, other in zip(
        *(agent.get(name).parameters().values() for name in ("target_net", "net")), strict=True
    ):
        np.testing.assert_array_equal(own, other)


def test_a_double_of_a_class_offers_what_the_class_offers(q_student, agent):
    network = q_student.call("network_of", {"n_actions": 2})

    np.testing.assert_allclose(network(Tensor(np.ones((1, 4), np.float32))), [[4.0, 5.0]])
    assert q_student.call("is_network", network) is True
    assert q_student.call("is_memory", agent.get("memory")) is True
    assert q_student.call("is_memory", network) is False


def test_a_memory_offers_what_the_students_own_offers(agent):
    memory = agent.get("memory")
    assert memory.get("capacity") == 10
    assert memory.call("is_full") is False

    for _ in range(2):
        memory.call("push", Transition(*COLUMNS, truncated=COLUMNS[4], episode=np.arange(5)))

    assert memory.call("is_full") is True


def test_a_memory_can_be_filled_with_the_rows_that_it_gives_out(agent):
    memory = agent.get("memory")
    memory.call("fill")
    memory.call("fill")

    assert memory.call("__len__") == 5
    assert memory.get("rows") == 5
    assert memory.get("pushed") == []


def test_a_network_has_the_size_that_the_student_asks_for(q_student):
    hidden, head = np.ones((4, 3), np.float32), np.ones((3, 2), np.float32)
    layers = [[hidden, np.zeros(3, np.float32)], [head, np.zeros(2, np.float32)]]
    networks = Networks([layers], False, "DQN", ("n_observations", "n_actions", "hidden_size"))
    with q_student.doubles():
        double = q_student.double("DQN", ("n_observations", "n_actions", "hidden_size"), networks)

        usual, wide = double(), double(4, hidden_size=7)

        assert q_student.call("width", usual) == 5
        assert q_student.call("width", wide) == 7
        assert q_student.call("width", q_student.call("another", usual)) == 5


def test_a_size_can_be_the_same_whatever_the_student_asks_for(q_student):
    """Copying weights from one to the other then works, and the check says what was asked for."""
    hidden, head = np.ones((4, 3), np.float32), np.ones((3, 2), np.float32)
    layers = [[hidden, np.zeros(3, np.float32)], [head, np.zeros(2, np.float32)]]
    sizes = ("n_observations", "n_actions", "hidden_size")
    networks = Networks([layers], False, "DQN", sizes, fixed={"hidden_size": 6})
    with q_student.doubles():
        double = q_student.double("DQN", sizes, networks)

        assert q_student.call("width", double()) == 6
        assert q_student.call("width", double(4, hidden_size=7)) == 6


def test_a_gradient_can_be_that_of_a_weighted_sum(q_student):
    network = q_student.network([tuple(LAYERS[0])])
    weights = np.array([[1.0, 0.0], [0.0, 3.0]], np.float32)
    x = Tensor(np.ones((2, 4), np.float32))

    found = q_student.gradients(network, x, network=network, weights=weights)

    _, bias = found.parameters.values()
    np.testing.assert_allclose(bias, [1.0, 3.0])


def test_several_results_have_the_names_that_the_students_function_gives_them() -> None:
    Choice = namedtuple("Choice", "action log_prob")
    double = Double(["net"], lambda call, given: (3, 4), lambda item: (item, False), Choice)
    double.original = lambda net: Choice(1, 2)

    result = double("net")

    assert result == (3, 4)
    assert (result.action, result.log_prob) == (3, 4)
    with pytest.raises(AttributeError, match="no attribute 'value'"):
        _ = result.value


def test_without_names_several_results_are_a_tuple() -> None:
    double = Double(["net"], lambda call, given: (3, 4), lambda item: (item, False))
    double.original = lambda net: (1, 2)

    with pytest.raises(AttributeError):
        _ = double("net").action


class Sized:
    """A student's class that passes on whatever else it gets, as Keras models do."""

    def __init__(self, actions=2, **keywords):
        self.keywords = keywords


@pytest.mark.parametrize(
    "arguments, keywords, expected",
    [
        ((), {"actions": 3, "name": "net"}, {"actions": 3, "layers": None}),
        ((3,), {"layers": 1, "name": "net"}, {"actions": 3, "layers": 1}),
        ((), {"layers": 1}, {"actions": None, "layers": 1}),
    ],
)
def test_a_double_takes_the_keywords_that_its_original_passes_on(arguments, keywords, expected):
    double = Double(["actions", "layers"], lambda call, given: 0, lambda item: (item, False), Sized)

    double(*arguments, **keywords)

    assert {name: double.given(0, name) for name in expected} == expected


def test_the_students_own_is_found_below_two_doubles():
    local = LocalStudent({"Net": Sized}, "torch")
    with local.doubles():
        for _ in range(2):
            local.double("Net", (), Returned((1,)))
        found = Side(NumPyFramework(), local.namespace).own("Net")

    assert found is Sized
