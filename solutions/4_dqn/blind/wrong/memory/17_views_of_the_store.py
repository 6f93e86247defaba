# believed: from_numpy first and then a slice is the fastest way
# truth: a slice of consecutive rows shares memory with the store, later pushes change the batch (and the rows are not drawn independently)
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
        self.capacity = capacity
        self.store = Batch(
            observation=np.zeros((capacity, 4), np.float32),
            action=np.zeros(capacity, np.int64),
            reward=np.zeros(capacity, np.float32),
            next_observation=np.zeros((capacity, 4), np.float32),
            terminated=np.zeros(capacity, bool),
        )
        self.position = 0  # the row of the next transition
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n transitions of one step; overwrite the oldest if there is no room."""
        n = len(transition.action)
        rows = (self.position + np.arange(n)) % self.capacity
        for name in Batch._fields:
            getattr(self.store, name)[rows] = getattr(transition, name)
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        start = np.random.randint(max(self.size - batch_size, 0) + 1)
        return Batch(*(torch.from_numpy(a)[start : start + batch_size] for a in self.store))
