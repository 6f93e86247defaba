"""Doubles in the place of a student's functions: in this process and across the border alike."""

import numpy as np
import pytest

from autograder.grading.notebook import Submission, SubmittedCell
from autograder.grading.session import Session
from autograder.worker.interface import (
    PassedOn,
    Returned,
    Scaled,
    StudentError,
    StudentObject,
    Tensor,
    WeightedSums,
)
from autograder.worker.local import LocalStudent

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
def short(x): return inner(x)
def keep(value): kept.append(value)
def read(): return len(kept)
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

        agent.call("learn", Scaled(student.linear(net, direction), scales))

        assert double.call("tracked", 0, "x") is True
    assert agent.get("optimizer.steps") == 1
    for name, array in net.parameters().items():
        moved = -0.5 * float(scales @ weights) * direction[name]
        np.testing.assert_allclose(array - before[name], moved, rtol=1e-4, atol=1e-6)


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


def test_a_fresh_process_has_the_cells_but_not_what_happened_since(remote):
    remote.call("keep", 1)
    assert remote.call("read") >= 1

    with remote.fresh() as other:
        assert other.call("read") == 0
        assert isinstance(other.call("Agent"), StudentObject)


def test_in_a_notebook_there_is_only_the_notebooks_own_process(local):
    with local.fresh() as other:
        assert other is local
