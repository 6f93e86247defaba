# believed: each of the five arrays is sampled at random
# truth: New row numbers are drawn for each of the five arrays, so the parts of a row belong to different steps.
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
        self.capacity = capacity
        self.store = Batch(
            observation=np.zeros((capacity, 4), np.float32),
            action=np.zeros(capacity, np.int64),
            reward=np.zeros(capacity, np.float32),
            next_observation=np.zeros((capacity, 4), np.float32),
            terminated=np.zeros(capacity, bool),
        )
        self.position = 0  # the row of the next step
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = (self.position + np.arange(n)) % self.capacity
        for field in Batch._fields:
            getattr(self.store, field)[rows] = getattr(transition, field)
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        return Batch(*(array[np.random.randint(self.size, size=batch_size)] for array in self.store))
