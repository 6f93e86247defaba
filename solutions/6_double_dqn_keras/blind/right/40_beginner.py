# writer: a beginner: loops, many temporary variables, global helper functions, a list of tuples as buffer
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """The last `buffer_size` steps in a list."""

    def __init__(self, buffer_size):
        self.buffer_size = buffer_size
        self.steps = []

    def __len__(self):
        return len(self.steps)

    def add(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        for i in range(n):
            one_step = []
            one_step.append(transition.observation[i])
            one_step.append(transition.action[i])
            one_step.append(transition.reward[i])
            one_step.append(transition.next_observation[i])
            one_step.append(transition.terminated[i])
            self.steps.append(one_step)
            if len(self.steps) > self.buffer_size:
                self.steps.pop(0)

    def sample(self, batch_size):
        """A Batch of batch_size different steps drawn at random."""
        if batch_size > len(self.steps):
            raise Exception("there are only " + str(len(self.steps)) + " steps in the buffer!")
        numbers = list(range(len(self.steps)))
        chosen_numbers = random.sample(numbers, batch_size)
        observations, actions, rewards, next_observations, terminateds = [], [], [], [], []
        for number in chosen_numbers:
            one_step = self.steps[number]
            observations.append(one_step[0])
            actions.append(one_step[1])
            rewards.append(one_step[2])
            next_observations.append(one_step[3])
            terminateds.append(one_step[4])
        return Batch(
            np.array(observations, dtype="float32"),
            np.array(actions, dtype="int64"),
            np.array(rewards, dtype="float32"),
            np.array(next_observations, dtype="float32"),
            np.array(terminateds, dtype="bool"),
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
        i = 0
        while i < n_hidden_layers:
            layer = keras.layers.Dense(128, activation="relu")
            self.hidden_layers.append(layer)
            i = i + 1
        self.output_layer = keras.layers.Dense(n_actions)

    def call(self, x):
        for i in range(self.n_hidden_layers):
            x = self.hidden_layers[i](x)
        x = self.output_layer(x)
        return x

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        q = self.predict_on_batch(observation)
        best_actions = []
        for row in q:
            best = 0
            for a in range(len(row)):
                if row[a] > row[best]:
                    best = a
            best_actions.append(best)
        return np.array(best_actions)

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
    if step >= steps:
        value = end
    else:
        part = step / steps
        value = (1 - part) * start + part * end
    return value

# %% act
def flip_coin(probability):
    return random.random() < probability


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    actions = np.zeros(n, dtype=int)
    for i in range(n):
        if flip_coin(epsilon):
            actions[i] = random.choice(range(n_actions))
        else:
            actions[i] = np.argmax(values[i])
    return actions

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_values = target_net(next_observation)
    best_next_value = keras.ops.max(next_values, axis=1)
    y_if_not_terminated = reward + gamma * best_next_value
    y = keras.ops.where(terminated, reward, y_if_not_terminated)
    y = keras.ops.stop_gradient(y)
    return y

# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    values_net = net(next_observation)
    best = keras.ops.argmax(values_net, axis=1)
    values_target = target_net(next_observation)
    value_of_best = tf.gather(values_target, best, batch_dims=1)
    y_if_not_terminated = reward + gamma * value_of_best
    y = keras.ops.where(terminated, reward, y_if_not_terminated)
    y = keras.ops.stop_gradient(y)
    return y

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q_all = net(observation)
    q_taken = tf.gather(q_all, action, batch_dims=1)
    error = q_taken - targets
    absolute_error = keras.ops.abs(error)
    small = 0.5 * error * error
    large = absolute_error - 0.5
    huber = keras.ops.where(absolute_error < 1, small, large)
    return keras.ops.mean(huber)

# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    number_of_layers = len(net.hidden_layers)
    for i in range(number_of_layers):
        w = net.hidden_layers[i].get_weights()
        target_net.hidden_layers[i].set_weights(w)
    w = net.output_layer.get_weights()
    target_net.output_layer.set_weights(w)

# %% update
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers)
        transfer_weights(self.target_net, self.net)
        self.batches_until_transfer = s.target_update_freq
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
                y = double_dqn_targets(
                    self.net, self.target_net, reward, next_observation, terminated, s.gamma
                )
            if s.double == False:
                y = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
            loss = q_loss(self.net, observation, action, y)
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
        if len(self.buffer) < s.min_replay_size:
            return
        self.learn()
        self.batches_until_transfer = self.batches_until_transfer - 1
        if self.batches_until_transfer == 0:
            transfer_weights(self.target_net, self.net)
            self.batches_until_transfer = s.target_update_freq

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    my_settings = Settings()
    new_agent = DoubleDQNAgent(my_settings)
    print("Here is a new agent with", my_settings)
    return new_agent

# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    net.save(path)
    print("saved to", path)


def load_network(path):
    """Return the model that was written into the file."""
    net = keras.models.load_model(path)
    print("loaded from", path)
    return net
