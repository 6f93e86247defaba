import numpy as np
import pytest
from torch import nn

from helpers.weights import get_weights, set_weights


def test_weights_go_out_and_come_back():
    first, second = nn.Linear(4, 2), nn.Linear(4, 2)

    set_weights(second, get_weights(first))

    for mine, other in zip(get_weights(first), get_weights(second), strict=True):
        assert np.array_equal(mine, other)


def test_weights_are_copies():
    network = nn.Linear(4, 2)
    weights = get_weights(network)

    weights[0][:] = 7

    assert not np.any(get_weights(network)[0] == 7)


@pytest.mark.parametrize(
    "weights", ([np.zeros((2, 4))], [np.zeros((2, 3)), np.zeros(2)]), ids=("too few", "wrong shape")
)
def test_weights_that_do_not_fit_are_refused(weights):
    with pytest.raises(ValueError, match="not"):
        set_weights(nn.Linear(4, 2), weights)
