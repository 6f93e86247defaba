# writer: comes from DeepMind's Acme / RLax: pure functions of arrays, batched TD errors, type hints, a counter of insertions
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

    def __init__(self, buffer_size: int):
        self.buffer_size = buffer_size
        self._rng = np.random.default_rng()
        self._insertions = 0
        self._data = {
            "observation": np.zeros((buffer_size, 4), np.float32),
            "action": np.zeros(buffer_size, np.int32),
            "reward": np.zeros(buffer_size, np.float32),
            "next_observation": np.zeros((buffer_size, 4), np.float32),
            "terminated": np.zeros(buffer_size, np.bool_),
        }

    def __len__(self) -> int:
        return min(self._insertions, self.buffer_size)

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        for row in range(n):
            slot = self._insertions % self.buffer_size
            for name, array in self._data.items():
                array[slot] = getattr(transition, name)[row]
            self._insertions += 1

    def sample(self, batch_size: int) -> Batch:
        """A Batch of batch_size different steps drawn at random."""
        if batch_size > len(self):
            raise RuntimeError(f"Cannot sample {batch_size} of {len(self)} items.")
        rows = self._rng.choice(len(self), size=batch_size, replace=False)
        return Batch(**{name: array[rows] for name, array in self._data.items()})

# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = [
            keras.layers.Dense(128, activation=keras.ops.relu) for _ in range(self.n_hidden_layers)
        ]
        self.output_layer = keras.layers.Dense(self.n_actions)

    def call(self, x):
        for layer in self.hidden_layers:
            x = layer(x)
        q_values = self.output_layer(x)
        return q_values

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return np.argmax(self.predict_on_batch(observation), axis=-1).astype(np.int32)

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
    count = np.clip(step, 0, steps)
    frac = 1 - count / steps
    return (start - end) * frac + end

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    # Gumbel-max sampling from the epsilon-greedy distribution
    greedy_probs = np.eye(n_actions)[values.argmax(axis=-1)]
    probs = (1.0 - epsilon) * greedy_probs + epsilon / n_actions
    with np.errstate(divide="ignore"):
        logits = np.log(probs)
    return np.argmax(logits + np.random.gumbel(size=probs.shape), axis=-1)

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    r_t = reward
    d_t = gamma * (1.0 - keras.ops.cast(terminated, "float32"))
    q_t = target_net(next_observation)
    v_t = keras.ops.amax(q_t, axis=-1)
    return keras.ops.stop_gradient(r_t + d_t * v_t)

# %% double_targets
def _batched_index(values, indices):
    """values[i, indices[i]] for all i, by a one-hot product."""
    one_hot = keras.ops.one_hot(indices, values.shape[-1], dtype="float32")
    return keras.ops.sum(values * one_hot, axis=-1)


def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    q_t_selector = net(next_observation)
    q_t_value = target_net(next_observation)
    d_t = gamma * (1.0 - keras.ops.cast(terminated, "float32"))
    double_bootstrapped = _batched_index(q_t_value, keras.ops.argmax(q_t_selector, axis=-1))
    return keras.ops.stop_gradient(reward + d_t * double_bootstrapped)

# %% loss
def _huber(x, delta=1.0):
    """0.5 x^2 up to delta, linear after that."""
    abs_x = keras.ops.abs(x)
    quadratic = keras.ops.minimum(abs_x, delta)
    linear = abs_x - quadratic
    return 0.5 * quadratic**2 + delta * linear


def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q_tm1 = net(observation)
    td_error = targets - _batched_index(q_tm1, action)
    return keras.ops.mean(_huber(td_error))

# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for target_variable, online_variable in zip(target_net.weights, net.weights, strict=True):
        target_variable.assign(online_variable)

# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers)
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
                    net=self.net,
                    target_net=self.target_net,
                    reward=reward,
                    next_observation=next_observation,
                    terminated=terminated,
                    gamma=s.gamma,
                )
            else:
                targets = td_targets(
                    target_net=self.target_net,
                    reward=reward,
                    next_observation=next_observation,
                    terminated=terminated,
                    gamma=s.gamma,
                )
            loss = q_loss(net=self.net, observation=observation, action=action, targets=targets)
        gradients = tape.gradient(loss, variables)
        self.optimizer.apply(gradients, variables)
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
        should_learn = len(self.buffer) >= s.min_replay_size
        if should_learn:
            self.learn()
        should_transfer = should_learn and self.batches % s.target_update_freq == 0
        if should_transfer:
            transfer_weights(target_net=self.target_net, net=self.net)

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent(settings=Settings(n_hidden_layers=3))

# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    keras.saving.save_model(net, path, overwrite=True)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.saving.load_model(path, compile=False)
