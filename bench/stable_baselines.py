"""Stable-Baselines3's DQN and PPO on the cart pole, with the hyperparameters of its own zoo.

Runs in an environment of its own (bench/requirements.txt) and knows nothing of the course. Trains
until two greedy tests of 50 episodes in a row reach the threshold, or the zoo's budget is spent,
and prints one line of JSON.

Hyperparameters: DLR-RM/rl-baselines3-zoo, hyperparams/dqn.yml and ppo.yml, CartPole-v1.
"""

from __future__ import annotations

import argparse
import json
import time

import gymnasium as gym
import numpy as np
import torch
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env

BUDGET = {"DQN": 50_000, "PPO": 100_000}
TEST_EVERY = 1_000
TEST_EPISODES = 50


def make(algorithm: str, seed: int, episode_steps: int) -> BaseAlgorithm:
    """An agent with the zoo's hyperparameters, on a cart pole with episodes of so many steps."""
    if algorithm == "DQN":
        return DQN(
            "MlpPolicy",
            gym.make("CartPole-v1", max_episode_steps=episode_steps),
            learning_rate=2.3e-3,
            batch_size=64,
            buffer_size=100_000,
            learning_starts=1_000,
            gamma=0.99,
            target_update_interval=10,
            train_freq=256,
            gradient_steps=128,
            exploration_fraction=0.16,
            exploration_final_eps=0.04,
            policy_kwargs={"net_arch": [256, 256]},
            seed=seed,
            device="cpu",
        )
    return PPO(
        "MlpPolicy",
        make_vec_env(
            "CartPole-v1", n_envs=8, seed=seed, env_kwargs={"max_episode_steps": episode_steps}
        ),
        n_steps=32,
        batch_size=256,
        gae_lambda=0.8,
        gamma=0.98,
        n_epochs=20,
        ent_coef=0.0,
        learning_rate=lambda left: left * 1e-3,
        clip_range=lambda left: left * 0.2,
        seed=seed,
        device="cpu",
    )


def greedy_mean(model: BaseAlgorithm, seed: int, episodes: int, episode_steps: int) -> float:
    """Mean score of greedy episodes played side by side: one forward pass a step."""
    environments = gym.make_vec(
        "CartPole-v1",
        num_envs=episodes,
        vectorization_mode="vector_entry_point",
        max_episode_steps=episode_steps,
    )
    observation, _ = environments.reset(seed=seed)
    running = np.ones(episodes, dtype=bool)
    total = 0.0
    while running.any():
        action, _ = model.predict(observation, deterministic=True)
        observation, reward, terminated, truncated, _ = environments.step(action)
        total += float(reward[running].sum())
        running &= ~(terminated | truncated)
    return total / episodes


class StopWhenSolved(BaseCallback):
    """Ends the training after two passed tests in a row, the second at once after the first."""

    def __init__(self, threshold: float, episode_steps: int) -> None:
        super().__init__()
        self.threshold = threshold
        self.episode_steps = episode_steps
        self.next_test = TEST_EVERY

    def _on_step(self) -> bool:
        if self.num_timesteps < self.next_test:
            return True
        self.next_test += TEST_EVERY
        seeds = (self.num_timesteps, self.num_timesteps + 1)
        means = (greedy_mean(self.model, seed, TEST_EPISODES, self.episode_steps) for seed in seeds)
        return not all(mean >= self.threshold for mean in means)


def main() -> None:
    """Train once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("algorithm", choices=sorted(BUDGET))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=500, help="of an episode, at most")
    parser.add_argument("--threshold", type=float, default=475.0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    started = time.process_time()
    model = make(arguments.algorithm, arguments.seed, arguments.steps)
    callback = StopWhenSolved(arguments.threshold, arguments.steps)
    model.learn(BUDGET[arguments.algorithm], callback=callback)
    seconds = time.process_time() - started
    score = greedy_mean(model, 10_000 + arguments.seed, 100, arguments.steps)
    line = {"steps": model.num_timesteps, "processor_seconds": seconds, "score": score}
    print(json.dumps(line))


if __name__ == "__main__":
    main()
