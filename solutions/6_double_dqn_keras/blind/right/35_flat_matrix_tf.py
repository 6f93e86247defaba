# writer: low-level TensorFlow user: one flat float matrix, tf.* everywhere, input_signature, tf.random
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """A ring of the last `buffer_size` steps, each one row of 11 floats."""

    def __init__(self, buffer_size):
        self.buffer_size = buffer_size
        self.rows = np.full((buffer_size, 11), np.nan, np.float32)
        self.position = 0
        self.full = False

    def __len__(self):
        return self.buffer_size if self.full else self.position

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        new = np.column_stack(
            [
                transition.observation,
                transition.action,
                transition.reward,
                transition.next_observation,
                transition.terminated,
            ]
        ).astype(np.float32)
        end = self.position + len(new)
        self.rows[np.arange(self.position, end) % self.buffer_size] = new
        self.full = self.full or end >= self.buffer_size
        self.position = end % self.buffer_size

    def sample(self, batch_size):
        """The rows with the smallest of many random numbers: different and equally likely."""
        size = len(self)
        if not batch_size <= size:
            raise RuntimeError(f"only {size} steps, not {batch_size}")
        keys = np.random.rand(size)
        if batch_size < size:
            chosen = np.argpartition(keys, batch_size)[:batch_size]
        else:
            chosen = np.argsort(keys)
        rows = self.rows[chosen]
        return Batch(
            rows[:, :4].copy(),
            rows[:, 4].astype(np.int32),
            rows[:, 5].copy(),
            rows[:, 6:10].copy(),
            rows[:, 10] > 0.5,
        )

# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = []
        while len(self.hidden_layers) < n_hidden_layers:
            self.hidden_layers.append(
                keras.layers.Dense(units=128, activation=keras.activations.relu)
            )
        self.output_layer = keras.layers.Dense(units=n_actions)

    def call(self, x, training=None):
        for layer in self.hidden_layers:
            x = layer(x)
        return self.output_layer(x)

    @tf.function(reduce_retracing=True)
    def best_action(self, observation):
        return tf.argmax(self(observation), axis=1)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return self.best_action(tf.convert_to_tensor(observation, tf.float32)).numpy()

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
    net(tf.zeros((1, 4)))
    return net

# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    remaining = max(steps - step, 0) / steps
    return end + remaining * (start - end)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    greedy = tf.argmax(values, axis=1, output_type=tf.int32)
    explores = tf.random.uniform((n,)) < epsilon
    wild = tf.random.uniform((n,), 0, n_actions, dtype=tf.int32)
    return tf.where(explores, wild, greedy).numpy()

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    columns = tf.unstack(target_net(next_observation), num=target_net.n_actions, axis=1)
    largest = columns[0]
    for column in columns[1:]:
        largest = tf.maximum(largest, column)
    discount = gamma * tf.cast(tf.logical_not(terminated), largest.dtype)
    return tf.stop_gradient(reward + discount * largest)

# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    choice = tf.stop_gradient(net(next_observation))
    worth = tf.stop_gradient(target_net(next_observation))
    mask = tf.one_hot(tf.argmax(choice, axis=1), tf.shape(choice)[1])
    discount = gamma * tf.cast(~terminated, worth.dtype)
    return tf.stop_gradient(reward + discount * tf.reduce_sum(mask * worth, axis=1))

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    taken = tf.reduce_sum(values * tf.one_hot(action, tf.shape(values)[1]), axis=1)
    # the square as far as 1, and then the slope at this point
    error = taken - targets
    inside = tf.clip_by_value(error, -1.0, 1.0)
    return tf.reduce_mean(inside * (error - 0.5 * inside))

# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for i, variable in enumerate(net.variables):
        target_net.variables[i].assign(tf.identity(variable.value))

# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers)
        transfer_weights(self.target_net, self.net)
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
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([variable.value for variable in variables])
            with tape.stop_recording():
                if s.double:
                    targets = double_dqn_targets(
                        self.net, self.target_net, reward, next_observation, terminated, s.gamma
                    )
                else:
                    targets = td_targets(
                        self.target_net, reward, next_observation, terminated, s.gamma
                    )
            loss = q_loss(self.net, observation, action, targets)
        gradients = tape.gradient(loss, [variable.value for variable in variables])
        gradients, _ = tf.clip_by_global_norm(gradients, 10.0)
        self.optimizer.apply_gradients(list(zip(gradients, variables)))
        return loss

    def learn(self):
        """Do one update step with a batch from the buffer."""
        s = self.settings
        batch = self.buffer.sample(s.batch_size)
        self.compiled_step(
            observation=tf.constant(batch.observation),
            action=tf.constant(batch.action),
            reward=tf.constant(s.reward_scale * batch.reward),
            next_observation=tf.constant(batch.next_observation),
            terminated=tf.constant(batch.terminated),
        )
        self.batches += 1

    def train(self, transition):
        self.step += len(transition.action)
        s = self.settings
        self.buffer.add(transition)
        enough = len(self.buffer) >= s.min_replay_size
        if enough:
            self.learn()
        if enough and self.batches % s.target_update_freq == 0:
            transfer_weights(self.target_net, self.net)

# %% agent
def make_agent(settings=Settings()):
    """Return a new, untrained agent."""
    return DoubleDQNAgent(settings=settings)

# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    return keras.models.save_model(model=net, filepath=str(path))


def load_network(path):
    """Return the model that was written into the file."""
    with keras.saving.custom_object_scope({"course>DQN": DQN}):
        return keras.models.load_model(filepath=str(path))
