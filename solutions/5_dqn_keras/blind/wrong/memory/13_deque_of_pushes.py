# believed: a deque with maxlen does the ring by itself
# truth: one entry is a whole transition with n rows, so the memory holds up to n * capacity steps (and len is the number of pushes)
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
        self.memory = deque(maxlen=capacity)

    def __len__(self):
        return len(self.memory)

    def push(self, transition):
        self.memory.append(transition)

    def sample(self, batch_size):
        parts = []
        for _ in range(batch_size):
            t = self.memory[np.random.randint(len(self.memory))]
            row = np.random.randint(len(t.action))
            parts.append((t.observation[row], t.action[row], t.reward[row],
                          t.next_observation[row], t.terminated[row]))
        return Batch(*map(np.array, zip(*parts)))
