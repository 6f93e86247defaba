# writer: someone who loves one-liners and lambdas
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation, mask = keras.Input((4,), name="observation"), keras.Input((n_actions,), name="action_mask")
    relu = lambda: layers.Dense(hidden_size, activation="relu")
    output = layers.Multiply()([layers.Dense(n_actions)(relu()(relu()(observation))), mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    (optimizer := keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)).build(model.trainable_variables)
    model.compile(loss="mse", optimizer=optimizer)
    return model
# %% epsilon
epsilon = lambda step, start, end, steps: start + (end - start) * min(step / steps, 1)
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    return np.where(np.random.rand(n) < epsilon, np.random.randint(n_actions, size=n), net.predict_on_batch([observation, np.ones((n, n_actions))]).argmax(1))
# %% targets
td_targets = lambda net, reward, next_observation, terminated, gamma: reward + gamma * ~terminated * net.predict_on_batch([next_observation, np.ones((len(reward), net.output_shape[-1]))]).max(1)
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    return net.train_on_batch([observation, m := np.eye(n_actions)[action]], m * targets[:, None])
# %% naive
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
        observation, action, reward, next_observation, terminated = map(np.array, zip(*self.memory))
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        learn(self.net, observation, action, td_targets(self.net, reward, next_observation, terminated, s.gamma))
# %% memory
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
        [mine.__setitem__(rows, getattr(transition, name)) for name, mine in self.store._asdict().items()]
        self.position, self.size = (self.position + n) % self.capacity, min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        return (lambda rows: Batch(*(a[rows] for a in self.store)))(np.random.randint(self.size, size=batch_size))
# %% copy
copy_weights = lambda target_net, net: target_net.set_weights(net.get_weights())
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        copy_weights((target := build_model(alpha=s.alpha)), self.net); self.target_net = target
        self.memory = ReplayMemory(s.memory_size)
        self.step = 0  # steps played
        self.turns = 0  # calls of train
        self.batches = 0  # batches learned

    def act(self, observation, explore=True):
        s = self.settings
        step = max(self.step - s.start_replay_step, 0)  # epsilon falls from the first batch on
        probability = epsilon(step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)
        return select_action(self.net, observation, probability if explore else 0.0)

    def train(self, transition):
        s = self.settings
        transition = transition._replace(reward=s.reward_scale * transition.reward)
        self.step += len(transition.action)
        self.turns += 1
        self.memory.push(transition)
        self.step >= s.start_replay_step and self.turns % s.replay_interval == 0 and self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        observation, action, reward, next_observation, terminated = self.memory.sample(s.batch_size)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        learn(self.net, observation, action, td_targets(self.target_net, reward, next_observation, terminated, s.gamma))
        self.batches += 1
        self.batches % s.target_interval or copy_weights(self.target_net, self.net)
# %% agent
make_agent = lambda: DQNAgent(Settings())
