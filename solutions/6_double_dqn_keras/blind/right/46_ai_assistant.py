# writer: an AI assistant's over-careful answer: asserts, conversions, docstrings, defensive checks
# %% memory
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
        self.store = Batch(
            observation=np.zeros((buffer_size, 4), np.float32),
            action=np.zeros(buffer_size, np.int64),
            reward=np.zeros(buffer_size, np.float32),
            next_observation=np.zeros((buffer_size, 4), np.float32),
            terminated=np.zeros(buffer_size, bool),
        )
        self.position = 0  # the row of the next step
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        indices = (self.position + np.arange(n)) % self.buffer_size
        self.store.observation[indices] = np.asarray(transition.observation, dtype=np.float32)
        self.store.action[indices] = np.asarray(transition.action, dtype=np.int64)
        self.store.reward[indices] = np.asarray(transition.reward, dtype=np.float32)
        self.store.next_observation[indices] = np.asarray(
            transition.next_observation, dtype=np.float32
        )
        self.store.terminated[indices] = np.asarray(transition.terminated, dtype=bool)
        self.position = int((self.position + n) % self.buffer_size)
        self.size = int(min(self.size + n, self.buffer_size))

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random.

        Raises:
            ValueError: If more steps are requested than the buffer holds.
        """
        batch_size = int(batch_size)
        if batch_size > self.size:
            raise ValueError(
                f"Cannot sample {batch_size} steps from a buffer that holds only {self.size}."
            )
        indices = np.random.permutation(self.size)[:batch_size]
        assert len(np.unique(indices)) == batch_size
        return Batch(
            observation=self.store.observation[indices].copy(),
            action=self.store.action[indices].copy(),
            reward=self.store.reward[indices].copy(),
            next_observation=self.store.next_observation[indices].copy(),
            terminated=self.store.terminated[indices].copy(),
        )

# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        # Hidden layers: any number of them
        self.hidden_layers = [
            keras.layers.Dense(units=128, activation="relu", name=f"hidden_{i}")
            for i in range(int(n_hidden_layers))
        ]
        # Output layer: one linear unit for each action
        self.output_layer = keras.layers.Dense(units=int(n_actions), activation=None, name="q_values")

    def call(self, x):
        x = keras.ops.cast(x, self.compute_dtype)
        for layer in self.hidden_layers:
            x = layer(x)
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        observation = np.asarray(observation, dtype=np.float32)
        if observation.ndim == 1:  # a single observation
            observation = observation[np.newaxis, :]
        q_values = np.asarray(self.predict_on_batch(observation))
        return np.argmax(q_values, axis=1).astype(np.int64)

    def get_config(self):
        """The arguments to build such a model again; needed for saving it."""
        return {
            **super().get_config(),
            "n_actions": self.n_actions,
            "n_hidden_layers": self.n_hidden_layers,
        }


def new_network(n_hidden_layers=2):
    """Return a network that already has its weights."""
    net = DQN(n_actions=2, n_hidden_layers=n_hidden_layers)
    net(np.zeros((1, 4), np.float32))
    return net

# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    if steps <= 0:
        return float(end)
    fraction = float(np.clip(step / steps, 0.0, 1.0))
    return float((1.0 - fraction) * start + fraction * end)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    assert 0.0 <= epsilon <= 1.0, "epsilon is a probability"
    values = np.asarray(values)
    greedy_actions = np.argmax(values, axis=1).astype(np.int64)
    random_actions = np.random.choice(n_actions, size=n).astype(np.int64)
    explore_mask = np.random.random(size=n) < epsilon
    actions = np.where(explore_mask, random_actions, greedy_actions)
    assert actions.shape == (n,)
    return actions

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    # Convert to tensors with the right types
    reward = tf.cast(reward, tf.float32)
    terminated = tf.cast(terminated, tf.bool)
    next_q_values = tf.stop_gradient(target_net(next_observation))
    next_value = tf.reduce_max(next_q_values, axis=1)
    not_terminated = 1.0 - tf.cast(terminated, tf.float32)
    targets = reward + tf.constant(gamma, tf.float32) * not_terminated * next_value
    return tf.stop_gradient(targets)

# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    reward = tf.cast(reward, tf.float32)
    # 1. The online network selects the action
    online_q_values = tf.stop_gradient(net(next_observation))
    best_action = tf.cast(tf.argmax(online_q_values, axis=1), tf.int32)
    # 2. The target network evaluates it
    target_q_values = tf.stop_gradient(target_net(next_observation))
    rows = tf.range(tf.shape(best_action)[0])
    next_value = tf.gather_nd(target_q_values, tf.stack([rows, best_action], axis=1))
    # 3. Bellman equation
    not_terminated = 1.0 - tf.cast(terminated, tf.float32)
    return tf.stop_gradient(reward + float(gamma) * not_terminated * next_value)

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q_values = net(observation)
    action = tf.reshape(tf.cast(action, tf.int32), [-1])
    targets = tf.reshape(tf.stop_gradient(tf.cast(targets, tf.float32)), [-1])
    chosen_q = tf.gather(q_values, action, axis=1, batch_dims=1)
    # the last axis is averaged by Keras, so each step gets a row of its own
    huber = keras.losses.Huber(delta=1.0, reduction="sum_over_batch_size")
    return huber(tf.expand_dims(targets, -1), tf.expand_dims(chosen_q, -1))

# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    source_weights = net.get_weights()
    assert len(source_weights) == len(target_net.get_weights()), "Different architectures"
    target_net.set_weights([np.array(weight, copy=True) for weight in source_weights])

# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(n_hidden_layers=s.n_hidden_layers)
        transfer_weights(target_net=self.target_net, net=self.net)
        self.optimizer = keras.optimizers.Adam(s.learning_rate)
        self.optimizer.build(self.net.trainable_variables)
        self.compiled_step = tf.function(self.gradient_step)
        self.buffer = ReplayBuffer(s.buffer_size)
        self.step = 0  # steps played
        self.batches = 0  # batches learned

    def act(self, observation, explore=True):
        s = self.settings
        probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_decay)
        return select_action(self.net, observation, probability if explore else 0.0)

    def gradient_step(self, observation, action, reward, next_observation, terminated):
        """Do one update step; everything in here is computed by TensorFlow."""
        s = self.settings
        variables = self.net.trainable_variables
        with tf.GradientTape() as tape:
            if s.double:
                targets = double_dqn_targets(
                    self.net, self.target_net, reward, next_observation, terminated, s.gamma
                )
            else:
                targets = td_targets(
                    self.target_net, reward, next_observation, terminated, s.gamma
                )
            targets = tf.stop_gradient(targets)  # already done in there, but it does no harm
            loss = q_loss(self.net, observation, action, targets)
        gradients = tape.gradient(loss, variables)
        # Skip variables without a gradient
        pairs = [(g, v) for g, v in zip(gradients, variables) if g is not None]
        assert len(pairs) == len(variables), "some variables have no gradient"
        self.optimizer.apply_gradients(pairs)
        return loss

    def learn(self):
        """Do one update step with a batch from the buffer."""
        s = self.settings
        observation, action, reward, *what_followed = self.buffer.sample(s.batch_size)
        batch = (observation, action, s.reward_scale * reward, *what_followed)
        self.compiled_step(*map(tf.convert_to_tensor, batch))
        self.batches += 1

    def train(self, transition):
        self.step += len(transition.action)
        s = self.settings
        # Store the new experience
        self.buffer.add(transition)
        # Wait until the buffer holds enough steps
        if len(self.buffer) >= max(s.min_replay_size, s.batch_size):
            self.learn()
            # Synchronise the target network from time to time
            if self.batches > 0 and self.batches % s.target_update_freq == 0:
                transfer_weights(target_net=self.target_net, net=self.net)

# %% agent
def make_agent() -> "DoubleDQNAgent":
    """Return a new, untrained agent."""
    settings = Settings()
    agent = DoubleDQNAgent(settings=settings)
    assert isinstance(agent, AbstractAgent)
    return agent

# %% save
import os


def save_network(net, path):
    """Write the whole model into a file."""
    path = os.fspath(path)
    assert path.endswith(".keras"), "the path must end in .keras"
    net.save(path)
    assert os.path.isfile(path)


def load_network(path):
    """Return the model that was written into the file."""
    path = os.fspath(path)
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    return keras.models.load_model(path, custom_objects={"DQN": DQN})
