# believed: a batch is a list of steps, as random.sample returns it
# truth: sample returns a list of tuples instead of a Batch of five arrays
import random


class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` steps."""

    def __init__(self, capacity):
        self.steps = deque([], maxlen=capacity)

    def __len__(self):
        return len(self.steps)

    def push(self, transition):
        for i in range(len(transition.action)):
            self.steps.append(
                Batch(
                    transition.observation[i],
                    transition.action[i],
                    transition.reward[i],
                    transition.next_observation[i],
                    transition.terminated[i],
                )
            )

    def sample(self, batch_size):
        return random.sample(self.steps, batch_size)
