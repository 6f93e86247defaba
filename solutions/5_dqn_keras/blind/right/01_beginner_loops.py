# writer: a beginner who writes everything as plain loops over rows
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    # first hidden layer
    first = layers.Dense(hidden_size, activation="relu")
    x1 = first(observation)
    # second hidden layer
    second = layers.Dense(hidden_size, activation="relu")
    x2 = second(x1)
    # last layer, one number for each action
    last = layers.Dense(n_actions)
    x3 = last(x2)
    # multiply with the mask
    multiply = layers.Multiply()
    output = multiply([x3, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    if step >= steps:
        return end
    else:
        part = (start - end) / steps  # what is lost in one step
        value = start - part * step
        return value
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    mask = np.ones((n, n_actions))
    q = net.predict_on_batch([observation, mask])
    actions = []
    for i in range(n):
        coin = np.random.rand()
        if coin < epsilon:
            a = np.random.randint(0, n_actions)
        else:
            a = 0
            for j in range(n_actions):
                if q[i][j] > q[i][a]:
                    a = j
        actions.append(a)
    return np.array(actions, dtype=int)
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    q = net.predict_on_batch([next_observation, ones])
    y = np.zeros(len(reward))
    for i in range(len(reward)):
        if terminated[i]:
            y[i] = reward[i]
        else:
            y[i] = reward[i] + gamma * max(q[i])
    return y
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    batch = len(action)
    mask = np.zeros((batch, n_actions))
    wanted = np.zeros((batch, n_actions))
    for i in range(batch):
        mask[i, action[i]] = 1
        wanted[i, action[i]] = targets[i]
    loss = net.train_on_batch([observation, mask], wanted)
    return loss
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
        observation = []
        action = []
        reward = []
        next_observation = []
        terminated = []
        for step in self.memory:
            observation.append(step[0])
            action.append(step[1])
            reward.append(step[2])
            next_observation.append(step[3])
            terminated.append(step[4])
        observation = np.array(observation)
        action = np.array(action)
        reward = np.array(reward)
        next_observation = np.array(next_observation)
        terminated = np.array(terminated)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        y = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, y)
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
        for i in range(n):
            row = self.position
            self.store.observation[row] = transition.observation[i]
            self.store.action[row] = transition.action[i]
            self.store.reward[row] = transition.reward[i]
            self.store.next_observation[row] = transition.next_observation[i]
            self.store.terminated[row] = transition.terminated[i]
            self.position = self.position + 1
            if self.position == self.capacity:
                self.position = 0
            if self.size < self.capacity:
                self.size = self.size + 1

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        rows = []
        for i in range(batch_size):
            rows.append(np.random.randint(0, self.size))
        return Batch(
            self.store.observation[rows],
            self.store.action[rows],
            self.store.reward[rows],
            self.store.next_observation[rows],
            self.store.terminated[rows],
        )
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    weights = net.get_weights()
    target_net.set_weights(weights)
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self.target_net = build_model(alpha=s.alpha)
        copy_weights(self.target_net, self.net)
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
        if self.step >= s.start_replay_step:
            if self.turns % s.replay_interval == 0:
                self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        batch = self.memory.sample(s.batch_size)
        observation = batch.observation
        action = batch.action
        reward = batch.reward
        next_observation = batch.next_observation
        terminated = batch.terminated
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        y = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, y)
        self.batches = self.batches + 1
        if self.batches % s.target_interval == 0:
            copy_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    settings = Settings()
    agent = DQNAgent(settings)
    return agent
