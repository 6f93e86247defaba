# writer: copies the style of CleanRL (single-file, flat code, linear_schedule with max, comments like "ALGO LOGIC")
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    x = layers.Dense(hidden_size)(observation)
    x = layers.ReLU()(x)
    x = layers.Dense(hidden_size)(x)
    x = layers.ReLU()(x)
    q_network = layers.Dense(n_actions)(x)
    output = layers.Multiply()([q_network, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model

# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    slope = (end - start) / steps
    return max(slope * step + start, end)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    # ALGO LOGIC: put action logic here
    q_values = net.predict_on_batch([observation, np.ones((n, n_actions), dtype=np.float32)])
    actions = np.argmax(q_values, axis=1)
    explore = np.random.rand(n) < epsilon
    actions[explore] = np.random.randint(0, n_actions, size=explore.sum())
    return actions

# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    target_max = net.predict_on_batch([next_observation, ones]).max(axis=1)
    td_target = reward.flatten() + gamma * target_max * (1 - terminated.flatten())
    return td_target

# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = np.eye(n_actions, dtype=np.float32)[action]
    old_val_targets = one_hot * targets.reshape(-1, 1)
    loss = net.train_on_batch([observation, one_hot], old_val_targets)
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
        observation, action, reward, next_observation, terminated = map(np.stack, zip(*self.memory))
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        td_target = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        loss = learn(self.net, observation, action, td_target)

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
            self.store.observation[self.position] = transition.observation[i]
            self.store.action[self.position] = transition.action[i]
            self.store.reward[self.position] = transition.reward[i]
            self.store.next_observation[self.position] = transition.next_observation[i]
            self.store.terminated[self.position] = transition.terminated[i]
            self.position += 1
            if self.position == self.capacity:
                self.position = 0
            self.size = min(self.size + 1, self.capacity)

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        batch_inds = np.random.randint(0, self.size, size=batch_size)
        return Batch(
            self.store.observation[batch_inds],
            self.store.action[batch_inds],
            self.store.reward[batch_inds],
            self.store.next_observation[batch_inds],
            self.store.terminated[batch_inds],
        )

# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    tau = 1.0
    for target_network_param, q_network_param in zip(target_net.weights, net.weights):
        target_network_param.assign(tau * q_network_param + (1.0 - tau) * target_network_param)

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

        # ALGO LOGIC: training.
        if self.step >= s.start_replay_step:
            if self.turns % s.replay_interval == 0:
                self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        data = self.memory.sample(s.batch_size)
        observation, action, reward, next_observation, terminated = data
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        td_target = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        # optimize the model
        learn(self.net, observation, action, td_target)
        self.batches += 1

        # update target network
        if self.batches % s.target_interval == 0:
            copy_weights(self.target_net, self.net)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings())
