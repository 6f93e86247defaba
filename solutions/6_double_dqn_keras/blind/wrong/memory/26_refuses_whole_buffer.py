# believed: a batch must be smaller than the buffer
# truth: An error is raised even when batch_size is equal to the number of steps held.
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
        self.store = Batch(
            observation=np.zeros((buffer_size, 4), np.float32),
            action=np.zeros(buffer_size, np.int64),
            reward=np.zeros(buffer_size, np.float32),
            next_observation=np.zeros((buffer_size, 4), np.float32),
            terminated=np.zeros(buffer_size, bool),
        )
        self.position = 0  # the row of the next step
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = (self.position + np.arange(n)) % self.buffer_size
        for field in Batch._fields:
            getattr(self.store, field)[rows] = getattr(transition, field)
        self.position = (self.position + n) % self.buffer_size
        self.size = min(self.size + n, self.buffer_size)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        if batch_size >= self.size:
            raise ValueError("not enough steps")
        rows = random.sample(range(self.size), batch_size)
        return Batch(*(array[rows] for array in self.store))
