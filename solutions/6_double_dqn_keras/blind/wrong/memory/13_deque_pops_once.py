# believed: when the deque is too long I remove the oldest
# truth: only one step is removed for each transition, so with n rows the buffer grows beyond buffer_size
from collections import deque


class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """A ring buffer of the last `buffer_size` steps."""

    def __init__(self, buffer_size):
        self.buffer_size = buffer_size
        self.steps = deque()

    def __len__(self):
        return len(self.steps)

    def add(self, transition):
        self.steps.extend(zip(*(getattr(transition, name) for name in Batch._fields)))
        if len(self.steps) > self.buffer_size:
            self.steps.popleft()

    def sample(self, batch_size):
        batch = random.sample(self.steps, batch_size)
        return Batch(*(np.array(part) for part in zip(*batch)))
