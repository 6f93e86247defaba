"""A recorded function runs without Python, so it must stay within TensorFlow."""

import pytest

from helpers.recorded import Recorded

tensorflow = pytest.importorskip("tensorflow")


def test_it_answers_as_the_function_does():
    assert float(Recorded(lambda x, y: x + y)(tensorflow.constant(2.0), 3.0)) == 5.0


def test_it_is_recorded_once_for_equal_kinds_of_arguments():
    calls = []
    recorded = Recorded(lambda x: calls.append(x) or 2 * x)

    assert [float(recorded(tensorflow.constant(x))) for x in (1.0, 2.0)] == [2.0, 4.0]
    assert len(calls) == 1


def test_inside_there_are_no_numbers():
    with pytest.raises(AttributeError):
        Recorded(lambda x: x.numpy())(tensorflow.constant(1.0))
