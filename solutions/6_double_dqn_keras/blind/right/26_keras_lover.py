# writer: a Keras lover: keras.ops and keras.random for everything, tree, Functional trunk habits, apply_gradients, schedules
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
        rows = (self.position + np.arange(n)) % self.buffer_size
        for name, array in self.store._asdict().items():
            array[rows] = getattr(transition, name)
        self.position = int(rows[-1] + 1) % self.buffer_size if n else self.position
        self.size = min(self.size + n, self.buffer_size)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        assert batch_size <= self.size, "not enough steps"
        rows = keras.ops.convert_to_numpy(keras.random.shuffle(keras.ops.arange(self.size)))[:batch_size]
        return keras.tree.map_structure(lambda array: array[rows], self.store)
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = [
            keras.layers.Dense(128, activation=keras.activations.get("relu"), name=f"dense_{i}")
            for i in range(n_hidden_layers)
        ]
        self.output_layer = keras.layers.Dense(n_actions, activation=None, dtype="float32")

    def call(self, x, training=False):
        x = keras.ops.cast(x, self.compute_dtype)
        for layer in self.hidden_layers:
            x = layer(x, training=training)
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        values = self.predict_on_batch(observation)
        return keras.ops.convert_to_numpy(keras.ops.argmax(values, axis=-1))

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
    return float(keras.optimizers.schedules.PolynomialDecay(float(start), steps, float(end), power=1)(step))
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    lottery = keras.random.randint((n,), 0, n_actions)
    explore = keras.ops.less(keras.random.uniform((n,)), epsilon)
    greedy = keras.ops.cast(keras.ops.argmax(values, axis=1), lottery.dtype)
    return keras.ops.convert_to_numpy(keras.ops.where(explore, lottery, greedy))
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    values, _ = keras.ops.top_k(target_net(next_observation), k=1)
    future = keras.ops.where(terminated, 0.0, keras.ops.squeeze(values, axis=-1))
    return keras.ops.stop_gradient(reward + gamma * future)
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    choice = keras.ops.argmax(keras.ops.stop_gradient(net(next_observation)), axis=-1)
    judged = keras.ops.stop_gradient(target_net(next_observation))
    value = keras.ops.sum(judged * keras.ops.one_hot(choice, keras.ops.shape(judged)[-1]), axis=-1)
    return keras.ops.where(terminated, reward, reward + gamma * value)
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    mine = keras.ops.sum(values * keras.ops.one_hot(action, values.shape[-1], dtype=values.dtype), axis=1)
    return keras.losses.huber(targets, mine, delta=1.0)
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    keras.tree.map_structure(lambda mine, theirs: mine.assign(theirs), list(target_net.weights), list(net.weights))
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = DQN.from_config(self.net.get_config())
        self.target_net(np.zeros((1, 4), np.float32))
        self.target_net.set_weights(self.net.get_weights())
        self.optimizer = keras.optimizers.Adam(s.learning_rate, amsgrad=True, global_clipnorm=10.0)
        self.optimizer.build(self.net.trainable_variables)
        self.compiled_step = tf.function(self.gradient_step, autograph=False)
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
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
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
    keras.utils.set_random_seed(2016)
    return DoubleDQNAgent(Settings())
# %% save
import os


def save_network(net, path):
    """Write the whole model into a file."""
    keras.models.save_model(net, os.fspath(path))


def load_network(path):
    """Return the model that was written into the file."""
    with keras.saving.custom_object_scope({"DQN": DQN}):
        return keras.models.load_model(os.fspath(path))
