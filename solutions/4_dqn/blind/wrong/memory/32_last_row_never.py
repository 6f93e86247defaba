# believed: the last row has the number size - 1, and this is the upper end for randint
# truth: randint leaves out its upper end, so the last filled row is never drawn.
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
        self.store.observation[rows] = transition.observation
        self.store.action[rows] = transition.action
        self.store.reward[rows] = transition.reward
        self.store.next_observation[rows] = transition.next_observation
        self.store.terminated[rows] = transition.terminated
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of tensors: batch_size transitions drawn at random."""
        rows = np.random.randint(self.size - 1, size=batch_size)
        return Batch(*(torch.as_tensor(array[rows]) for array in self.store))
