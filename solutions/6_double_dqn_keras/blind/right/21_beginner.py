# writer: a beginner with loops and many variables
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
        for i in range(n):
            row = self.position
            self.store.observation[row] = transition.observation[i]
            self.store.action[row] = transition.action[i]
            self.store.reward[row] = transition.reward[i]
            self.store.next_observation[row] = transition.next_observation[i]
            self.store.terminated[row] = transition.terminated[i]
            self.position += 1
            if self.position >= self.buffer_size:
                self.position = 0
            if self.size < self.buffer_size:
                self.size += 1

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        if batch_size > self.size:
            raise ValueError("not enough steps in the buffer")
        rows = []
        while len(rows) < batch_size:
            row = np.random.randint(self.size)
            if row not in rows:
                rows.append(row)
        return Batch(
            self.store.observation[rows],
            self.store.action[rows],
            self.store.reward[rows],
            self.store.next_observation[rows],
            self.store.terminated[rows],
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
        for i in range(n_hidden_layers):
            layer = keras.layers.Dense(128, activation="relu")
            self.hidden_layers.append(layer)
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        for layer in self.hidden_layers:
            x = layer(x)
        x = self.output_layer(x)
        return x

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        q = self.predict_on_batch(observation)
        actions = []
        for row in q:
            actions.append(int(np.argmax(row)))
        return np.array(actions)

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
    if step < steps:
        return start + (end - start) * step / steps
    else:
        return end
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    actions = np.zeros(n, dtype=int)
    for i in range(n):
        if np.random.rand() < epsilon:
            actions[i] = np.random.randint(0, n_actions)
        else:
            actions[i] = np.argmax(values[i])
    return actions
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    q = target_net(next_observation)
    best = keras.ops.max(q, axis=1)
    y = reward + gamma * best
    y = keras.ops.where(terminated, reward, y)
    y = keras.ops.stop_gradient(y)
    return y
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    q = net(next_observation)
    best = keras.ops.argmax(q, axis=1)
    q_target = target_net(next_observation)
    value = tf.gather(q_target, best, batch_dims=1)
    y = keras.ops.where(terminated, reward, reward + gamma * value)
    return keras.ops.stop_gradient(y)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation)
    q_of_action = tf.gather(q, action, batch_dims=1)
    huber = keras.losses.Huber()
    loss = huber(targets, q_of_action)
    return loss
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    w = net.get_weights()
    target_net.set_weights(w)
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
            if s.double == True:
                targets = double_dqn_targets(
                    self.net, self.target_net, reward, next_observation, terminated, s.gamma
                )
            else:
                targets = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
            loss = q_loss(self.net, observation, action, targets)
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
        if len(self.buffer) >= s.min_replay_size:
            self.learn()
            if self.batches % s.target_update_freq == 0:
                transfer_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    settings = Settings()
    agent = DoubleDQNAgent(settings)
    return agent
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    net = keras.models.load_model(path)
    return net
