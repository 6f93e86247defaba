"""The same questions, in this process and across the sandbox's border: the same answers."""

from pathlib import Path

import numpy as np
import pytest

from autograder.grading.notebook import Submission, SubmittedCell
from autograder.grading.session import Session
from autograder.worker.interface import NotSolved, StudentError, StudentObject, Tensor
from autograder.worker.local import LocalStudent
from helpers import Transition

CODE = """
import random
import numpy as np
import torch
from collections import deque, namedtuple
from torch import nn

class Net(nn.Module):
    def __init__(self, n=2):
        super().__init__()
        self.layer = nn.Linear(3, n)
    def forward(self, x):
        return self.layer(x)
    def both(self, x):
        return self.layer(x), x.sum()

class Counter:
    def __init__(self):
        self.count, self.inner = 0, Net()
    def add(self, by=1):
        self.count += by
        return self.count

class Pile(list):
    def push(self, value):
        self.append(value)
        return len(self)

Point = namedtuple("Point", "x y")

def echo(value): return value
def square(x): return (x ** 2).sum()
def unsolved(): raise NotImplementedError()
def no_such_operation(): return torch.zeros(2, device="meta").cpu()
def no_forward(): return nn.Module()(1)
def fails(): raise KeyError("no such thing")
def exits(): raise SystemExit(3)
def many():
    return [1, 2.5, "text", None, True, (1, 2), {"a": torch.ones(2)}, deque([3]), Point(1, 2)]
def cut(x): return x.detach().sum()
def as_array(x): return x.detach().numpy() * 2
def reverses(values): values.reverse()
def as_array_sum(x): return x.sum()
def kind_of(value): return type(value).__name__
def dtype_of(value): return str(value.dtype)
def converted(value, dtype): return value.astype(dtype)
def draws(): return [random.random(), float(np.random.rand()), float(torch.rand(1))]
def odd(): return [float("nan"), np.float64("inf"), np.float64(2.0), np.arange(3)[::-1]]
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


def test_an_instance_of_a_students_class_is_an_object_though_it_is_a_list_too(student):
    pile, point = student.call("Pile"), student.call("Point", 2, 3)

    assert pile.call("push", 5.0) == 1
    assert point.get("y") == 3


def test_plain_values_come_back_plain(student):
    values = student.call("many")

    assert values[:5] == [1, 2.5, "text", None, True]
    assert values[5] == [1, 2] and values[7] == [3] and values[8] == [1, 2]
    assert np.array_equal(values[6]["a"], np.ones(2))


def test_odd_numbers_come_back_as_they_are(student):
    nan, infinite, two, backwards = student.call("odd")

    assert np.isnan(nan) and infinite == float("inf")
    assert float(two) == 2.0
    assert backwards.tolist() == [2, 1, 0] and type(backwards) is np.ndarray


@pytest.mark.parametrize("dtype", ("float32", "float64", "int64", "bool", "uint8"))
def test_arrays_keep_dtype_and_shape(student, dtype):
    array = np.arange(6).reshape(2, 3).astype(dtype)

    returned = student.call("echo", array)

    assert returned.dtype == array.dtype and np.array_equal(returned, array)


def test_numbers_in_another_byte_order_and_wider_ones_arrive(student):
    for dtype in (">f4", ">i8", "longdouble"):
        found = student.call("converted", np.arange(6.0)[::2], dtype)
        np.testing.assert_array_equal(found, [0, 2, 4])


def test_a_tensor_arrives_as_a_tensor_and_an_array_as_an_array(student):
    assert student.call("kind_of", Tensor(np.zeros(2))) == "Tensor"
    assert student.call("kind_of", np.zeros(2)) == "ndarray"
    assert student.call("dtype_of", Tensor(np.zeros(2, np.float32))) == "torch.float32"


def test_a_transition_arrives_as_one(student):
    rows, states = np.zeros(2), np.zeros((2, 4))
    transition = Transition(states, rows, rows, states, rows, rows, rows)

    assert student.call("kind_of", transition) == "Transition"


def test_objects_stay_there_and_are_used_from_here(student):
    counter = student.call("Counter")

    assert isinstance(counter, StudentObject) and counter.kind == "Counter"
    assert counter.call("add", by=4) == 4
    assert counter.get("count") == 4
    counter.set("count", 10)
    assert counter.call("add") == 11
    assert counter.get("inner").kind == "Net"


def test_one_object_is_itself_and_no_other(student):
    counter = student.call("Counter")

    assert student.same(counter, student.call("echo", counter))
    assert not student.same(counter, student.call("Counter"))


def test_parameters_are_read_and_written(student):
    network = student.call("Net")
    network.set_parameters({"layer.weight": np.ones((2, 3)), "layer.bias": np.array([0.0, 5.0])})

    assert network.parameters()["layer.bias"].tolist() == [0, 5]
    assert network(Tensor(np.ones((1, 3), np.float32))).tolist() == [[3, 8]]
    with pytest.raises(StudentError, match="no parameter"):
        network.set_parameters({"other": np.ones(1)})


def test_a_network_of_the_checks_own_computes_its_layers(student):
    layers = [(np.eye(3) * -1, np.zeros(3)), (np.ones((3, 2)), np.array([0.0, 1.0]))]
    layers = [(weight.astype(np.float32), bias.astype(np.float32)) for weight, bias in layers]

    values = student.network(layers)(Tensor(np.array([[1.0, -2.0, -3.0]], np.float32)))

    assert values.tolist() == [[5, 6]]
    softmax = student.network(layers, softmax=True)(Tensor(np.zeros((1, 3), np.float32)))
    assert softmax.sum() == pytest.approx(1)
    mask = np.array([[1.0, 0.0]], np.float32)
    masked = student.network(layers, masked=True)(
        Tensor(np.array([[1.0, -2, -3]], np.float32)), Tensor(mask)
    )
    assert masked.tolist() == [[5, 0]]


def test_gradients_by_argument_and_by_parameter(student):
    x = np.array([[1.0, 2.0, 3.0]], np.float32)
    assert student.gradients("square", Tensor(x)).arguments[0].tolist() == [[2, 4, 6]]

    network = student.call("Net", 1)
    found = student.gradients(network, Tensor(x), network=network)
    assert found.parameters["layer.weight"].tolist() == x.tolist()
    assert found.parameters["layer.bias"].tolist() == [1]


def test_a_cut_graph_has_no_gradient(student):
    assert student.gradients("cut", Tensor(np.ones(2, np.float32))).arguments == (None,)
    assert student.gradients("as_array", Tensor(np.ones(2, np.float32))).arguments == (None,)


def test_a_kept_value_is_the_same_value_next_time(student):
    kept = student.put([1, 2, 3])

    student.call("reverses", kept)

    assert student.fetch(kept) == [3, 2, 1]


def test_a_passed_value_is_a_copy(student):
    values = [1, 2, 3]

    student.call("reverses", values)

    assert values == [1, 2, 3]


def test_a_seed_repeats_every_kind_of_chance(student):
    student.seed(5)
    first = student.call("draws")
    student.seed(5)

    assert student.call("draws") == first
    student.seed(6)
    assert not set(student.call("draws")) & set(first)


def test_what_the_code_raises_is_told_with_its_kind_and_text(student):
    with pytest.raises(StudentError, match="KeyError: 'no such thing'"):
        student.call("fails")
    with pytest.raises(StudentError, match="SystemExit: 3"):
        student.call("exits")
    with pytest.raises(NotSolved, match="NotImplementedError"):
        student.call("unsolved")
    with pytest.raises(NotSolved, match="nothing_here is not defined"):
        student.call("nothing_here")


@pytest.mark.parametrize(
    ("function", "says"),
    [("no_such_operation", "meta tensor"), ("no_forward", 'missing the required "forward"')],
)
def test_what_pytorch_cannot_do_is_a_mistake_and_no_gap(student, function, says):
    with pytest.raises(StudentError, match=f"NotImplementedError: .*{says}") as caught:
        student.call(function)
    assert not isinstance(caught.value, NotSolved)


def test_both_sides_draw_the_same_numbers(local, remote):
    answers = []
    for student in (local, remote):
        student.seed(9)
        answers.append(student.call("draws"))

    assert answers[0] == answers[1]


def test_temporary_files_are_the_students_own(student):
    path = Path(student.temporary_path("net.pt"))

    assert path.is_absolute() and path.name.endswith("net.pt")


def test_each_calls_once_for_every_row(student):
    rows = np.arange(6.0).reshape(3, 2)

    assert student.map_rows("kind_of", rows) == ["ndarray"] * 3
    assert [float(value) for value in student.map_rows("as_array_sum", rows)] == [1.0, 5.0, 9.0]


def test_several_calls_of_methods_are_made_one_after_the_other(student):
    counter = student.call("Counter")

    assert counter.call_many([("add", ()), ("add", (5,))]) == [1, 6]
    assert counter.call_many([]) == []


def test_of_several_calls_none_is_made_after_one_that_raises(student):
    counter = student.call("Counter")

    with pytest.raises(StudentError, match="no attribute 'subtract'"):
        counter.call_many([("add", ()), ("subtract", ()), ("add", ())])
    assert counter.get("count") == 1


def test_the_course_makes_things_of_its_own_on_the_students_side(student):
    agent = student.make_helper("agents.RandomAgent", 1)

    assert agent.kind == "RandomAgent"
    assert agent.call("act", np.zeros((3, 4))).tolist() == [0, 0, 0]
