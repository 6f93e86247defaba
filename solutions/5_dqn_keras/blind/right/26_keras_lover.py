# writer: a Keras lover: keras.ops, keras.random, clone_model, inputs by name, named layers, metrics
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    hidden = layers.Dense(hidden_size, name="first")(observation)
    hidden = layers.Activation("relu")(hidden)
    hidden = layers.Dense(hidden_size, name="second", bias_initializer=keras.initializers.Constant(0.01))(hidden)
    hidden = layers.Activation(keras.ops.relu)(hidden)
    q_values = layers.Dense(n_actions, activation="linear", kernel_initializer="zeros", name="q_values")(hidden)
    output = layers.Multiply()([q_values, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0, amsgrad=True, beta_2=0.99)
    optimizer.build(model.trainable_variables)
    model.compile(loss="mse", optimizer=optimizer, metrics=["mae"])
    return model
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    decay = keras.optimizers.schedules.PolynomialDecay(
        initial_learning_rate=float(start), decay_steps=steps, end_learning_rate=float(end), power=1.0
    )
    return float(decay(step))
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch({"observation": observation, "action_mask": keras.ops.ones((n, n_actions))})
    lottery = keras.random.randint((n,), 0, n_actions)
    explore = keras.random.uniform((n,)) < epsilon
    greedy = keras.ops.cast(keras.ops.argmax(values, axis=-1), lottery.dtype)
    return keras.ops.convert_to_numpy(keras.ops.where(explore, lottery, greedy))
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = keras.ops.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch({"action_mask": ones, "observation": next_observation})
    future = keras.ops.amax(values, axis=-1)
    future = keras.ops.where(terminated, keras.ops.zeros_like(future), future)
    return keras.ops.convert_to_numpy(keras.ops.cast(reward, "float32") + gamma * future)
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = keras.ops.one_hot(keras.ops.cast(action, "int32"), n_actions)
    wanted = one_hot * keras.ops.expand_dims(keras.ops.cast(targets, "float32"), -1)
    logs = net.train_on_batch({"observation": observation, "action_mask": one_hot}, wanted, return_dict=True)
    return logs["loss"]  # the model also has a metric
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
        columns = [keras.ops.convert_to_numpy(keras.ops.stack([np.asarray(x) for x in c])) for c in zip(*self.memory)]
        observation, action, reward, next_observation, terminated = columns
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, targets)
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
        keras.tree.map_structure(
            lambda array, new: array.__setitem__(rows, new),
            self.store,
            Batch(*(getattr(transition, name) for name in Batch._fields)),
        )
        self.position = (self.position + n) % self.capacity
        self.size = min(self.size + n, self.capacity)

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        rows = keras.ops.convert_to_numpy(keras.random.randint((batch_size,), 0, self.size))
        return keras.tree.map_structure(lambda array: array[rows], self.store)
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for mine, theirs in zip(target_net.weights, net.weights):
        mine.assign(keras.ops.convert_to_numpy(theirs))
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self.target_net = keras.models.clone_model(self.net)  # not compiled: it never learns
        self.target_net.set_weights(self.net.get_weights())
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
        if self.step >= s.start_replay_step and self.turns % s.replay_interval == 0:
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        batch = self.memory.sample(s.batch_size)
        observation, action, reward, next_observation, terminated = batch
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, targets)
        self.batches += 1
        if self.batches % s.target_interval == 0:
            copy_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    keras.utils.set_random_seed(812)
    return DQNAgent(Settings())
