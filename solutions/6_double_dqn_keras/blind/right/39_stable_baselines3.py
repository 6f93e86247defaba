# writer: copies the style of Stable-Baselines3 (_get_samples, get_linear_fn, polyak_update, q_net / q_net_target names)
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
        pos = (np.arange(n) + self.position) % self.buffer_size
        self.store.observation[pos] = np.array(transition.observation)
        self.store.action[pos] = np.array(transition.action)
        self.store.reward[pos] = np.array(transition.reward)
        self.store.next_observation[pos] = np.array(transition.next_observation)
        self.store.terminated[pos] = np.array(transition.terminated)
        self.position = (self.position + n) % self.buffer_size
        self.size = min(self.size + n, self.buffer_size)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        upper_bound = self.size
        # numpy raises a ValueError if there are not enough
        batch_inds = np.random.choice(upper_bound, size=batch_size, replace=False)
        return self._get_samples(batch_inds)

    def _get_samples(self, batch_inds):
        data = (
            self.store.observation[batch_inds, :],
            self.store.action[batch_inds],
            self.store.reward[batch_inds],
            self.store.next_observation[batch_inds, :],
            self.store.terminated[batch_inds],
        )
        return Batch(*data)

# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        net_arch = [128] * n_hidden_layers
        self.hidden_layers = [keras.layers.Dense(units, activation="relu") for units in net_arch]
        self.output_layer = keras.layers.Dense(self.n_actions)

    def call(self, x):
        latent = x
        for layer in self.hidden_layers:
            latent = layer(latent)
        return self.output_layer(latent)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        q_values = self.predict_on_batch(observation)
        # Greedy action
        action = q_values.argmax(axis=1).reshape(-1)
        return action

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
    progress = step / steps
    if progress > 1.0:
        return end
    return start + progress * (end - start)

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    action = np.argmax(values, axis=1)
    for env_idx in range(n):
        if np.random.rand() < epsilon:
            action[env_idx] = np.random.randint(n_actions)
    return action

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    # Compute the next Q-values using the target network
    next_q_values = target_net(next_observation)
    # Follow greedy policy: use the one with the highest value
    next_q_values = keras.ops.max(next_q_values, axis=1)
    # 1-step TD target
    not_done = 1 - keras.ops.cast(terminated, next_q_values.dtype)
    target_q_values = reward + not_done * gamma * next_q_values
    return keras.ops.stop_gradient(target_q_values)

# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    next_q_values_online = net(next_observation)
    next_q_values_target = target_net(next_observation)
    next_actions = keras.ops.argmax(next_q_values_online, axis=1, keepdims=True)
    next_q_values = keras.ops.take_along_axis(next_q_values_target, next_actions, axis=1)
    next_q_values = keras.ops.reshape(next_q_values, (-1,))
    not_done = 1 - keras.ops.cast(terminated, next_q_values.dtype)
    return keras.ops.stop_gradient(reward + not_done * gamma * next_q_values)

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    current_q_values = net(observation)
    # Retrieve the q-values for the actions from the replay buffer
    current_q_values = keras.ops.take_along_axis(current_q_values, keras.ops.expand_dims(action, 1), axis=1)
    target_q_values = keras.ops.reshape(targets, (-1, 1))
    # Huber loss (less sensitive to outliers)
    return keras.ops.mean(keras.losses.huber(target_q_values, current_q_values))

# %% copy
def polyak_update(params, target_params, tau):
    for param, target_param in zip(params, target_params):
        target_param.assign(tau * param + (1 - tau) * target_param)


def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    polyak_update(net.weights, target_net.weights, tau=1.0)

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
        with tf.GradientTape() as tape:
            if s.double:
                target_q_values = double_dqn_targets(
                    self.net, self.target_net, reward, next_observation, terminated, s.gamma
                )
            else:
                target_q_values = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
            loss = q_loss(self.net, observation, action, target_q_values)
        # Optimize the policy
        gradients = tape.gradient(loss, variables)
        self.optimizer.apply_gradients(zip(gradients, variables))
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
        self.buffer.add(transition)
        if len(self.buffer) >= s.min_replay_size:
            self.learn()
            self._on_step()

    def _on_step(self):
        if self.batches % self.settings.target_update_freq == 0:
            polyak_update(self.net.weights, self.target_net.weights, tau=1.0)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent(Settings())

# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path)
