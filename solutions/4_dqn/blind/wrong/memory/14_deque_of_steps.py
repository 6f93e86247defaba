# believed: the deque of PyTorch's tutorial: append the transition, it drops the oldest by itself
# truth: a whole step of n transitions is one element: capacity and len count steps, and sample returns batch_size times n rows in a stack
from collections import deque
import random


class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions."""

    def __init__(self, capacity):
        self.memory = deque([], maxlen=capacity)

    def __len__(self):
        return len(self.memory)

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        self.memory.append(
            Batch(transition.observation, transition.action, transition.reward,
                  transition.next_observation, transition.terminated)
        )

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        picked = random.choices(self.memory, k=batch_size)
        return Batch(*(torch.as_tensor(np.stack(field)) for field in zip(*picked)))
