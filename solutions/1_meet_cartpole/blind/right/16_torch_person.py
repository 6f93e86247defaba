# writer: somebody who already knows PyTorch
# %% play_episode
from collections import deque


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    rewards = deque()
    observation, _ = env.reset()
    terminated, truncated = False, False
    while not terminated and not truncated:
        observation, reward, terminated, truncated, _ = env.step(rule(observation))
        rewards.append(reward)
    return sum(rewards)
# %% rule
import torch

weights = torch.tensor([[0.0, 0.0, -1.0, -0.3], [0.0, 0.0, 1.0, 0.3]])


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    logits = weights @ torch.as_tensor(observation, dtype=torch.float32)
    return logits.argmax().item()
