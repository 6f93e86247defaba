# writer: someone who asserts everything
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
        assert n > 0
        rows = (self.position + np.arange(n)) % self.buffer_size
        for name in Batch._fields:
            new = getattr(transition, name)
            assert len(new) == n, f"{name} has {len(new)} rows instead of {n}"
            getattr(self.store, name)[rows] = new
        self.position = (self.position + n) % self.buffer_size
        self.size = min(self.size + n, self.buffer_size)
        assert 0 <= self.position < self.buffer_size and 0 < self.size <= self.buffer_size

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        assert batch_size <= self.size, f"only {self.size} steps in the buffer"
        rows = np.random.choice(self.size, size=batch_size, replace=False)
        assert len(np.unique(rows)) == batch_size
        batch = Batch(*(array[rows] for array in self.store))
        assert {len(part) for part in batch} == {batch_size}
        return batch
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        assert n_hidden_layers >= 1
        self.hidden_layers = [keras.layers.Dense(128, activation="relu") for _ in range(n_hidden_layers)]
        assert len(set(map(id, self.hidden_layers))) == n_hidden_layers
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        for layer in self.hidden_layers:
            x = layer(x)
            assert x.shape[-1] == 128
        x = self.output_layer(x)
        assert x.shape[-1] == self.n_actions
        return x

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        values = self.predict_on_batch(observation)
        assert values.shape == (len(observation), self.n_actions)
        actions = values.argmax(axis=1)
        assert actions.shape == (len(observation),)
        return actions

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
    assert steps > 0
    value = float(np.interp(step, [0, steps], [start, end]))
    assert min(start, end) <= value <= max(start, end)
    return value
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    assert 0 <= epsilon <= 1
    greedy = values.argmax(axis=1)
    explore = np.random.rand(n) < epsilon
    chance = np.random.randint(n_actions, size=n)
    assert greedy.shape == explore.shape == chance.shape == (n,)
    actions = np.where(explore, chance, greedy)
    assert np.issubdtype(actions.dtype, np.integer)
    return actions
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    assert terminated.dtype == tf.bool
    next_value = keras.ops.max(target_net(next_observation), axis=1)
    assert next_value.shape.rank == 1
    y = keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * next_value))
    assert y.shape.rank == 1
    return y
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    choice, evaluation = net(next_observation), target_net(next_observation)
    assert choice.shape[-1] == evaluation.shape[-1]
    best = keras.ops.argmax(choice, axis=1)
    value = tf.gather(evaluation, best, batch_dims=1)
    assert value.shape.rank == best.shape.rank == 1
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * value))
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    assert action.dtype.is_integer
    chosen = tf.gather(net(observation), action, batch_dims=1)
    assert chosen.shape.rank == targets.shape.rank == 1
    loss = keras.losses.Huber()(targets, chosen)
    assert loss.shape == ()
    return loss
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    assert target_net is not net
    target_net.set_weights(net.get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(target_net.get_weights(), net.get_weights()))
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers)
        transfer_weights(self.target_net, self.net)
        assert self.target_net is not self.net
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
                targets = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
            loss = q_loss(self.net, observation, action, targets)
        gradients = tape.gradient(loss, variables)
        assert len(gradients) == len(variables)
        assert all(gradient is not None for gradient in gradients)
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
        if len(self.buffer) >= s.min_replay_size:
            before = self.batches
            self.learn()
            assert self.batches == before + 1
            if self.batches % s.target_update_freq == 0:
                transfer_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    settings = Settings()
    assert settings.double
    return DoubleDQNAgent(settings)
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    assert str(path).endswith(".keras")
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    net = keras.models.load_model(path)
    assert isinstance(net, DQN)
    return net
