# writer: a PyTorch person: fc lists, policy and target net, F.smooth_l1 by hand, Transition deque
# %% memory
from collections import deque


class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


Transition = Batch


class ReplayBuffer:
    """A ring buffer of the last `buffer_size` steps."""

    def __init__(self, buffer_size):
        self.memory = deque([], maxlen=buffer_size)

    def add(self, transition):
        """Save the n transitions."""
        t = transition
        for row in zip(t.observation, t.action, t.reward, t.next_observation, t.terminated):
            self.memory.append(Transition(*row))

    def sample(self, batch_size):
        if batch_size > len(self.memory):
            raise ValueError("sample larger than memory")
        transitions = random.sample(list(self.memory), batch_size)
        batch = Transition(*zip(*transitions))
        return Batch(
            np.stack(batch.observation).astype(np.float32),
            np.array(batch.action, dtype=np.int64),
            np.array(batch.reward, dtype=np.float32),
            np.stack(batch.next_observation).astype(np.float32),
            np.array(batch.terminated, dtype=bool),
        )

    def __len__(self):
        return len(self.memory)
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = []
        for _ in range(n_hidden_layers):
            fc = keras.layers.Dense(128, activation="relu")
            self.hidden_layers.append(fc)
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        for fc in self.hidden_layers:
            x = fc(x)
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        q_values = self.predict_on_batch(observation)
        return q_values.argmax(-1)

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
    return end + (start - end) * max(0, 1 - step / steps)
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    sample = np.random.rand(n)
    return np.where(sample >= epsilon, values.argmax(-1), np.random.randint(n_actions, size=n))
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_state_values = tf.reduce_max(target_net(next_observation), axis=-1)
    next_state_values = tf.where(terminated, 0.0, next_state_values)
    expected = next_state_values * gamma + reward
    return tf.stop_gradient(expected)  # .detach()
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    next_state_actions = tf.argmax(net(next_observation), axis=-1)
    next_state_values = tf.gather(target_net(next_observation), next_state_actions[:, None], batch_dims=1)
    next_state_values = tf.squeeze(next_state_values, axis=-1)
    next_state_values = tf.where(terminated, 0.0, next_state_values)
    return tf.stop_gradient(next_state_values * gamma + reward)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    state_action_values = tf.squeeze(tf.gather(net(observation), action[:, None], batch_dims=1), axis=1)
    diff = tf.abs(state_action_values - targets)
    smooth_l1 = tf.where(diff < 1.0, 0.5 * tf.square(diff), diff - 0.5)
    return tf.reduce_mean(smooth_l1)
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    state_dict = net.get_weights()
    target_net.set_weights(state_dict)
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        policy_net = self.net
        self.target_net = new_network(s.n_hidden_layers)
        self.target_net.set_weights(policy_net.get_weights())
        self.target_net.trainable = False
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
            policy_net, target_net = self.net, self.target_net
            if s.double:
                expected = double_dqn_targets(policy_net, target_net, reward, next_observation, terminated, s.gamma)
            else:
                expected = td_targets(target_net, reward, next_observation, terminated, s.gamma)
            loss = q_loss(policy_net, observation, action, expected)
        grads = tape.gradient(loss, variables)
        self.optimizer.apply(grads, variables)
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
    net.save(str(path))


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(str(path))
