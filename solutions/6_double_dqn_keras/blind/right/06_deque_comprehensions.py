# writer: a comprehension person with a deque of tuples
# %% memory
from collections import deque


class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """A deque of the last `buffer_size` steps."""

    def __init__(self, buffer_size):
        self.steps = deque(maxlen=buffer_size)

    def __len__(self):
        return len(self.steps)

    def add(self, transition):
        """Store the n rows of one transition."""
        self.steps.extend(zip(*[getattr(transition, name) for name in Batch._fields]))

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        steps = random.sample(self.steps, batch_size)
        dtypes = [np.float32, np.int64, np.float32, np.float32, bool]
        return Batch(*[np.array(part, dtype) for part, dtype in zip(zip(*steps), dtypes)])
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = [keras.layers.Dense(128, activation="relu") for _ in range(n_hidden_layers)]
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        for layer in [*self.hidden_layers, self.output_layer]:
            x = layer(x)
        return x

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return np.array([row.argmax() for row in self.predict_on_batch(observation)])

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
    return max(end, start - (start - end) * step / steps)
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    return np.array(
        [
            random.randrange(n_actions) if random.random() < epsilon else int(row.argmax())
            for row in values
        ]
    )
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    columns = [target_net(next_observation)[:, a] for a in range(target_net.n_actions)]
    best = columns[0]
    for column in columns[1:]:
        best = keras.ops.maximum(best, column)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * best))
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    best = keras.ops.argmax(net(next_observation), axis=1)
    values = target_net(next_observation)
    value = sum(
        keras.ops.where(best == a, values[:, a], 0.0) for a in range(target_net.n_actions)
    )
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * value))
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    chosen = sum([keras.ops.where(action == a, values[:, a], 0.0) for a in range(net.n_actions)])
    return keras.losses.Huber()(targets, chosen)
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    [goal.assign(source) for goal, source in zip(target_net.weights, net.weights)]
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers)
        self.target_net.set_weights(self.net.get_weights())
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
            arguments = [self.target_net, reward, next_observation, terminated, s.gamma]
            targets = double_dqn_targets(self.net, *arguments) if s.double else td_targets(*arguments)
            loss = q_loss(self.net, observation, action, targets)
        gradients = [gradient for gradient in tape.gradient(loss, variables)]
        self.optimizer.apply_gradients([(g, v) for g, v in zip(gradients, variables)])
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
    return DoubleDQNAgent(Settings())
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path)
