"""The learning curve of a trained agent, as a picture."""

import numpy as np

from autograder.rendering.curve import learning_curve, running_mean
from autograder.results import EvaluationResult


def test_the_learning_curve_is_a_picture():
    curve = tuple(float(score) for score in range(150))
    picture = learning_curve(EvaluationResult(100, 490.0, 475.0, (1,), (490.0,), curve))
    assert picture.startswith(b"\x89PNG")
    assert picture == learning_curve(EvaluationResult(100, 490.0, 475.0, (1,), (490.0,), curve))


def test_a_curve_shows_nothing_of_the_one_drawn_before():
    ours = EvaluationResult(100, 490.0, 475.0, (1,), (490.0,), (9.0, 200.0, 500.0))
    other = EvaluationResult(100, -120.0, -110.0, (1,), (-120.0,), tuple(np.linspace(-200, -90)))
    picture = learning_curve(ours)
    assert picture != learning_curve(other)
    assert picture == learning_curve(ours)


def test_the_running_mean_is_that_of_the_last_tenth():
    scores = np.arange(20.0)
    np.testing.assert_allclose(running_mean(scores)[[0, 1, 19]], [0.0, 0.5, 18.5])
