# believed: one push is one entry of the deque
# truth: capacity and len count pushes of n transitions, not transitions; a batch then holds the n neighbours of each drawn step
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

    def __init__(self, capacity):
        self.transitions = deque(maxlen=capacity)

    def __len__(self):
        return len(self.transitions)

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        self.transitions.append(transition)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        drawn = [self.transitions[i] for i in np.random.randint(len(self), size=batch_size)]
        return Batch(
            *(
                torch.as_tensor(np.concatenate([getattr(one, name) for one in drawn])[:batch_size])
                for name in Batch._fields
            )
        )
