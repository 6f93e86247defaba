# writer: someone fond of match statements and the walrus operator
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
        match self.buffer_size - self.position:
            case room if room >= n:
                rows = slice(self.position, self.position + n)
            case room:
                rows = [*range(self.position, self.buffer_size), *range(n - room)]
        for name in Batch._fields:
            getattr(self.store, name)[rows] = getattr(transition, name)
        self.position = end if (end := self.position + n) < self.buffer_size else end - self.buffer_size
        self.size = size if (size := self.size + n) < self.buffer_size else self.buffer_size

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        match batch_size:
            case too_many if too_many > self.size:
                raise ValueError(f"{too_many=} of {self.size}")
            case count:
                rows = random.sample(range(self.size), count)
        match self.store:
            case Batch(observation, action, reward, next_observation, terminated):
                return Batch(observation[rows], action[rows], reward[rows], next_observation[rows], terminated[rows])
# %% network
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = (hidden := [])
        while len(self.hidden_layers) < n_hidden_layers:
            self.hidden_layers.append(keras.layers.Dense(128, activation="relu"))
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        for layer in self.hidden_layers:
            x = layer(x)
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return (values := self.predict_on_batch(observation)).argmax(axis=values.ndim - 1)

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
    match step / steps:
        case share if share < 1:
            return start + share * (end - start)
        case _:
            return end
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    actions = values.argmax(axis=1)
    if (count := (explore := np.random.rand(n) < epsilon).sum()) > 0:
        actions[explore] = np.random.choice(n_actions, size=count)
    return actions
# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    y = reward + gamma * keras.ops.max(target_net(next_observation), axis=1)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, y))
# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    if (best := keras.ops.argmax(net(next_observation), axis=1)) is not None:
        value = tf.gather(target_net(next_observation), best, batch_dims=1)
    return keras.ops.stop_gradient(keras.ops.where(terminated, reward, reward + gamma * value))
# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = tf.gather(values := net(observation), action, axis=-1, batch_dims=1)
    return keras.losses.get("huber")(targets, chosen)
# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    match net.get_weights():
        case [*weights]:
            target_net.set_weights(weights)
# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        transfer_weights(target_net := new_network(s.n_hidden_layers), self.net)
        self.target_net = target_net
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
            known = (reward, next_observation, terminated, s.gamma)
            if double := s.double:
                targets = double_dqn_targets(self.net, self.target_net, *known)
            if not double:
                targets = td_targets(self.target_net, *known)
            loss = q_loss(self.net, observation, action, targets)
        self.optimizer.apply(gradients := tape.gradient(loss, variables), variables)
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
        match len(self.buffer):
            case size if size >= s.min_replay_size:
                self.learn()
                match self.batches % s.target_update_freq:
                    case 0:
                        transfer_weights(self.target_net, self.net)
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    match Settings():
        case Settings(double=True) as settings:
            return DoubleDQNAgent(settings)
# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    match str(path).rpartition("."):
        case (_, _, "keras"):
            net.save(path)
        case _:
            raise ValueError("the path must end in .keras")


def load_network(path):
    """Return the model that was written into the file."""
    if (net := keras.models.load_model(path)) is None:
        raise ValueError(path)
    return net
