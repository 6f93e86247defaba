# believed: no step twice means that a step that was drawn leaves the buffer
# truth: sample changes the buffer: its steps are gone afterwards, and len shrinks
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
        self.steps = []

    def __len__(self):
        return len(self.steps)

    def add(self, transition):
        for i in range(len(transition.action)):
            self.steps.append([getattr(transition, name)[i] for name in Batch._fields])
        self.steps = self.steps[-self.buffer_size :]

    def sample(self, batch_size):
        if batch_size > len(self.steps):
            raise ValueError("not enough steps")
        random.shuffle(self.steps)
        batch = [self.steps.pop() for _ in range(batch_size)]
        return Batch(*map(np.array, zip(*batch)))
