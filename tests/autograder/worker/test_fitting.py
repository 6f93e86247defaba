"""Known weights fit into a network of the student's own class, if it computes what it should."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.worker import fitting
from autograder.worker.interface import Tensor
from autograder.worker.local import LocalStudent

torch = pytest.importorskip("torch")
nn = torch.nn

LAYERS = [
    (np.arange(32, dtype=np.float32).reshape(4, 8) / 20 - 0.7, np.ones(8, np.float32)),
    (np.arange(24, dtype=np.float32).reshape(8, 3) / 10 - 1, np.zeros(3, np.float32)),
]


class Net(nn.Module):
    """Three layers, whose names its own methods use."""

    def __init__(self, n_observations=4, n_actions=2, hidden_size=128):
        super().__init__()
        self.first = nn.Linear(n_observations, hidden_size)
        self.second = nn.Linear(hidden_size, hidden_size)
        self.head = nn.Linear(hidden_size, n_actions)

    def features(self, x):
        return torch.relu(self.second(torch.relu(self.first(x))))

    def forward(self, x):
        return self.head(self.features(x))


class WithoutRelu(Net):
    """Computes something else."""

    def features(self, x):
        return self.second(self.first(x))


def student(kind):
    functions = {
        "through_its_layers": lambda net, x: net.head(net.features(x)),
        "has_layers": lambda net: hasattr(net, "second"),
        "values": lambda net, x: net(x),
    }
    return LocalStudent({"Net": kind, **functions}, "torch")


def test_a_right_network_is_the_students_own_with_the_known_weights() -> None:
    own = student(Net)
    x = fitting.rows(4)

    network = own.network(LAYERS, like="Net")

    known = np.maximum(x @ LAYERS[0][0] + LAYERS[0][1], 0) @ LAYERS[1][0] + LAYERS[1][1]
    found = own.call("through_its_layers", network, Tensor(x))
    assert np.allclose(found, known, atol=1e-4)


def test_a_wrong_network_costs_nothing_elsewhere() -> None:
    own = student(WithoutRelu)
    x = fitting.rows(4)

    network = own.network(LAYERS, like="Net")

    known = np.maximum(x @ LAYERS[0][0] + LAYERS[0][1], 0) @ LAYERS[1][0] + LAYERS[1][1]
    assert np.allclose(own.call("values", network, Tensor(x)), known, atol=1e-4)
    assert not own.call("has_layers", network)


@pytest.mark.parametrize("width", [8, 16])
def test_wider_and_further_hidden_layers_change_nothing(width: int) -> None:
    known = [part for layer in LAYERS for part in layer]
    shapes = [(4, width), (width,), (width, width), (width,), (width, 3), (3,)]
    x = fitting.rows(4)

    parts = fitting.fitted(known, shapes)

    assert parts is not None
    first = np.maximum(x @ parts[0] + parts[1], 0)
    second = np.maximum(first @ parts[2] + parts[3], 0)
    expected = np.maximum(x @ known[0] + known[1], 0) @ known[2] + known[3]
    assert np.allclose(second @ parts[4] + parts[5], expected, atol=1e-4)


@pytest.mark.parametrize(
    "shapes", [[(4, 8), (8,)], [(4, 8), (8,), (8, 3)], [(4, 4), (4,), (4, 3), (3,)]]
)
def test_other_shapes_do_not_fit(shapes: list[tuple[int, ...]]) -> None:
    known = [part for layer in LAYERS for part in layer]

    assert fitting.fitted(known, shapes) is None


def test_one_output_is_not_a_pair_of_outputs() -> None:
    x = np.ones((3, 2))

    assert fitting.same_answers((x, x), (x, x + 1e-7))
    assert not fitting.same_answers(x, (x, x))
    assert not fitting.same_answers(x, x + 1)


class SkipsALayer(Net):
    def features(self, x):
        return torch.relu(self.first(x))


class LosesTheBatchOfOne(Net):
    def forward(self, x):
        return super().forward(x).squeeze()


class WithoutGradient(Net):
    def forward(self, x):
        with torch.no_grad():
            return super().forward(x)


@pytest.mark.parametrize("kind", [SkipsALayer, LosesTheBatchOfOne, WithoutGradient])
def test_a_network_that_only_answers_many_rows_alike_is_not_taken(kind: type) -> None:
    own = student(kind)

    network = own.network(LAYERS, like="Net")

    assert not own.call("has_layers", network)
    assert network(Tensor(fitting.rows(4)[:1])).shape == (1, 3)
