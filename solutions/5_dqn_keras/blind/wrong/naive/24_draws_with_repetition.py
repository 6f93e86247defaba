# believed: a batch is always drawn at random from the memory
# truth: 32 steps are drawn with replacement from the last 32, so some steps occur several times and about a third not at all.
@dataclass(frozen=True)
class Settings:
    """The hyperparameters of an agent."""

    gamma: float = 0.97  # discount
    reward_scale: float = 0.02  # DQNAgent scales the rewards by this factor
    epsilon_start: float = 1.0
    epsilon_end: float = 0.03
    epsilon_steps: int = 2_000  # steps until epsilon has fallen from start to end
    alpha: float = 4e-3  # learning rate
    batch_size: int = 256
    memory_size: int = 12_000
    start_replay_step: int = 500  # steps played before the first update step
    replay_interval: int = 4  # turns (one step of all cart poles) between two batches
    target_interval: int = 4  # batches between two copies to the target network


class AdvancedQAgent(AbstractAgent):
    """Q-learning with a network and nothing else: no replay memory, no target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings(batch_size=32, alpha=1e-3)
        self.net = build_model(alpha=self.settings.alpha)
        self.memory = deque(maxlen=self.settings.batch_size)  # the last steps
        self.step = 0  # steps played

    def act(self, observation, explore=True):
        s = self.settings
        probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)
        return select_action(self.net, observation, probability if explore else 0.0)

    def train(self, transition):
        self.step += len(transition.action)
        self.memory.extend(
            (
                transition.observation[row],
                transition.action[row],
                transition.reward[row],
                transition.next_observation[row],
                transition.terminated[row],
            )
            for row in range(len(transition.action))
        )
        if len(self.memory) == self.settings.batch_size:
            self.replay()

    def replay(self):
        """Do one update step with the last steps."""
        s = self.settings
        rows = np.random.randint(len(self.memory), size=s.batch_size)
        observation, action, reward, next_observation, terminated = (
            np.array(part) for part in zip(*[self.memory[row] for row in rows])
        )
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, targets)
