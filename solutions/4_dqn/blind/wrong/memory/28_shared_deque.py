# believed: a deque as class attribute is created once, as the arrays should be
# truth: all memories share one deque, and its length is fixed whatever capacity is
from collections import deque


class Batch(NamedTuple):
    """A batch of transitions: every field has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` transitions."""

    transitions = deque(maxlen=50_000)

    def __init__(self, capacity):
        self.capacity = capacity

    def __len__(self):
        return len(self.transitions)

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        self.transitions.extend(
            zip(
                transition.observation,
                transition.action,
                transition.reward,
                transition.next_observation,
                transition.terminated,
            )
        )

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = np.random.randint(len(self), size=batch_size)
        columns = zip(*(self.transitions[i] for i in rows))
        return Batch(*(torch.as_tensor(np.array(column)) for column in columns))
