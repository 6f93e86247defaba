"""Returns as parts of the best score: like those of the exercise, on another scale."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from helpers.returns import BEST, relative_returns


@pytest.mark.parametrize("gamma", [0.0, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("steps", [1, 2, 7, 500])
def test_each_return_is_its_reward_and_the_discounted_next_one(gamma: float, steps: int) -> None:
    rewards = np.random.default_rng(steps).uniform(-1, 2, size=steps)
    returns = relative_returns(rewards.tolist(), gamma) * BEST
    following = torch.cat([returns[1:], torch.zeros(1)])
    torch.testing.assert_close(
        returns, torch.tensor(rewards).float() + gamma * following, rtol=1e-4, atol=1e-3
    )


def test_they_are_floats_of_the_networks_kind() -> None:
    assert relative_returns([1, 2, 3], 0.5).dtype == torch.float32
    assert relative_returns([], 0.5).shape == (0,)
