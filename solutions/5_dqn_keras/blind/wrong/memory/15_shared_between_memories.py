# believed: the arrays can be made once in the class, that is shorter
# truth: the lists are class attributes, so all memories (of all agents) share the same steps
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` steps."""

    steps = []

    def __init__(self, capacity):
        self.capacity = capacity

    def __len__(self):
        return len(self.steps)

    def push(self, transition):
        for i in range(len(transition.action)):
            self.steps.append(tuple(getattr(transition, name)[i] for name in Batch._fields))
            if len(self.steps) > self.capacity:
                self.steps.pop(0)

    def sample(self, batch_size):
        chosen = [self.steps[i] for i in np.random.randint(len(self.steps), size=batch_size)]
        return Batch(*(np.array(part) for part in zip(*chosen)))
