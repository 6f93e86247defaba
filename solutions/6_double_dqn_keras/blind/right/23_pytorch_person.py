# writer: somebody from PyTorch: deque and random.sample, done masks as floats, smooth_l1, deepcopy
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
    """As in the PyTorch tutorial."""

    def __init__(self, buffer_size):
        self.memory = deque([], maxlen=buffer_size)

    def __len__(self):
        return len(self.memory)

    def add(self, transition):
        self.memory.extend(zip(*[getattr(transition, f) for f in Batch._fields]))

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        return Batch(*map(np.stack, zip(*random.sample(self.memory, batch_size))))
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        # nn.Linear without its activation; F.relu is applied in forward
        self.hidden_layers = [keras.layers.Dense(128) for _ in range(self.n_hidden_layers)]
        self.output_layer = keras.layers.Dense(self.n_actions)

    def call(self, x):
        for linear in self.hidden_layers:
            x = keras.ops.relu(linear(x))
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        q = self(keras.ops.convert_to_tensor(observation, "float32"), training=False)
        return keras.ops.convert_to_numpy(keras.ops.argmax(q, axis=-1))

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
    t = min(1.0, step / steps)
    return (1 - t) * start + t * end
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    action = values.argmax(axis=1)
    explore = np.random.uniform(size=n) < epsilon
    action[explore] = np.random.randint(n_actions, size=explore.sum())
    return action
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    not_done = 1.0 - tf.cast(terminated, tf.float32)
    next_q = tf.stop_gradient(tf.reduce_max(target_net(next_observation, training=False), axis=1))
    return reward + gamma * not_done * next_q
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    not_done = 1.0 - tf.cast(terminated, tf.float32)
    next_action = keras.ops.expand_dims(keras.ops.argmax(net(next_observation), axis=1), 1)
    next_q = keras.ops.squeeze(keras.ops.take_along_axis(target_net(next_observation), next_action, axis=1), 1)
    return keras.ops.stop_gradient(reward + gamma * not_done * next_q)
# %% loss
def smooth_l1_loss(input, target):
    d = keras.ops.abs(input - target)
    return keras.ops.mean(keras.ops.where(d < 1.0, 0.5 * d * d, d - 0.5))


def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    index = keras.ops.expand_dims(keras.ops.cast(action, "int64"), 1)
    q = keras.ops.squeeze(keras.ops.take_along_axis(net(observation), index, axis=1), axis=1)
    return smooth_l1_loss(q, targets)
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for p_target, p in zip(target_net.variables, net.variables):
        p_target.assign(p.value)
# %% update
import copy


class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = copy.deepcopy(self.net)
        self.target_net.trainable = False  # requires_grad_(False)
        self.optimizer = keras.optimizers.AdamW(s.learning_rate, weight_decay=1e-5)
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
                target = double_dqn_targets(
                    self.net, self.target_net, reward, next_observation, terminated, s.gamma
                )
            else:
                target = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
            loss = q_loss(self.net, observation, action, target)
        grads = [tf.clip_by_value(g, -100.0, 100.0) for g in tape.gradient(loss, variables)]
        self.optimizer.apply_gradients(zip(grads, variables))
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
        if len(self.buffer) < s.min_replay_size:
            return
        self.learn()
        if self.batches % s.target_update_freq == 0:
            transfer_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DoubleDQNAgent()
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(filepath=path)


def load_network(path):
    """Return the model that was written into the file."""
    model = keras.saving.load_model(filepath=path)
    model.trainable = True
    return model
