# writer: beginner: plain lists, loops, early returns, no helper functions, formulas written out in the agent
# %% memory
class Batch(NamedTuple):
    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayBuffer:
    """A list of tuples. When it is full, the oldest tuple is replaced."""

    def __init__(self, buffer_size):
        self.buffer_size = buffer_size
        self.steps = []
        self.oldest = 0

    def __len__(self):
        return len(self.steps)

    def add(self, transition):
        t = transition
        for i in range(len(t.action)):
            one = (
                t.observation[i],
                int(t.action[i]),
                float(t.reward[i]),
                t.next_observation[i],
                bool(t.terminated[i]),
            )
            if len(self.steps) < self.buffer_size:
                self.steps.append(one)
            else:
                self.steps[self.oldest] = one
                self.oldest += 1
                if self.oldest == self.buffer_size:
                    self.oldest = 0

    def sample(self, batch_size):
        if batch_size > len(self.steps):
            raise ValueError("There are not enough steps in the buffer.")
        observations, actions, rewards, next_observations, ends = [], [], [], [], []
        for o, a, r, n, e in random.sample(self.steps, k=batch_size):
            observations.append(o)
            actions.append(a)
            rewards.append(r)
            next_observations.append(n)
            ends.append(e)
        return Batch(
            observation=np.array(observations, dtype=np.float32),
            action=np.array(actions),
            reward=np.array(rewards, dtype=np.float32),
            next_observation=np.array(next_observations, dtype=np.float32),
            terminated=np.array(ends),
        )

# %% network
from keras import layers


@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.output_layer = layers.Dense(n_actions)  # made first, used last
        self.hidden_layers = []
        for i in range(n_hidden_layers):
            layer = layers.Dense(128, activation="relu", kernel_initializer="glorot_uniform")
            self.hidden_layers.append(layer)

    def call(self, x):
        i = 0
        while i < self.n_hidden_layers:
            x = self.hidden_layers[i](x)
            i = i + 1
        return self.output_layer(x)

    def act(self, observation):
        q = self.predict_on_batch(observation)
        actions = []
        for row in q:
            best = 0
            for a in range(1, self.n_actions):
                if row[a] > row[best]:
                    best = a
            actions.append(best)
        return np.array(actions)

    def get_config(self):
        config = super().get_config()
        config["n_actions"] = self.n_actions
        config["n_hidden_layers"] = self.n_hidden_layers
        return config


def new_network(n_hidden_layers=2):
    net = DQN(n_actions=2, n_hidden_layers=n_hidden_layers)
    net(np.zeros((1, 4), np.float32))
    return net

# %% epsilon
def epsilon(step, start, end, steps):
    if step == 0:
        return start
    if step >= steps:
        return end
    slope = (end - start) / steps
    return start + slope * step

# %% act
def select_action(net, observation, epsilon):
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    actions = np.zeros(n, dtype=np.int32)
    for i in range(n):
        if np.random.uniform() < epsilon:
            actions[i] = random.choice(range(n_actions))
        else:
            actions[i] = np.argmax(values[i])
    return actions

# %% targets
def td_targets(target_net, reward, next_observation, terminated, gamma):
    q_next = target_net(next_observation)
    best = keras.ops.max(q_next, axis=1)
    best = keras.ops.where(terminated, 0.0, best)
    y = reward + gamma * best
    y = keras.ops.stop_gradient(y)
    return y

# %% double_targets
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    q_net = net(next_observation)
    q_target = target_net(next_observation)
    best = keras.ops.argmax(q_net, axis=1)
    value = keras.ops.zeros_like(reward)
    for a in range(q_target.shape[1]):
        value = keras.ops.where(best == a, q_target[:, a], value)
    value = keras.ops.where(terminated, 0.0, value)
    y = reward + gamma * value
    return keras.ops.stop_gradient(y)

# %% loss
def q_loss(net, observation, action, targets):
    q = net(observation)
    q_taken = tf.gather(q, action, batch_dims=1)
    error = q_taken - targets
    size = abs(error)
    is_small = tf.cast(size <= 1, tf.float32)
    loss = is_small * 0.5 * error**2 + (1 - is_small) * (size - 0.5)
    loss = tf.reduce_sum(loss) / tf.cast(tf.size(loss), tf.float32)
    return loss

# %% copy
def transfer_weights(target_net, net):
    weights = []
    for w in net.get_weights():
        weights.append(w.copy())
    target_net.set_weights(weights)

# %% update
class DoubleDQNAgent(AbstractAgent):
    def __init__(self, settings=None):
        if settings is None:
            settings = Settings()
        self.settings = settings
        self.net = new_network(settings.n_hidden_layers)
        self.target_net = new_network(settings.n_hidden_layers)
        self.target_net.set_weights(self.net.get_weights())
        self.optimizer = keras.optimizers.Adam(learning_rate=settings.learning_rate)
        self.optimizer.build(self.net.trainable_variables)
        self.compiled_step = tf.function(self.gradient_step)
        self.buffer = ReplayBuffer(settings.buffer_size)
        self.step = 0
        self.batches = 0
        self.until_transfer = settings.target_update_freq
        self.losses = []  # only for looking at it

    def act(self, observation, explore=True):
        s = self.settings
        if explore:
            probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_decay)
        else:
            probability = 0
        return select_action(self.net, observation, probability)

    def gradient_step(self, observation, action, reward, next_observation, terminated):
        gamma = self.settings.gamma
        with tf.GradientTape() as tape:
            q_target = self.target_net(next_observation)
            if self.settings.double:
                chooser = self.net(next_observation)
            else:
                chooser = q_target
            best = tf.argmax(chooser, axis=1)
            value = tf.gather(q_target, best, batch_dims=1)
            y = tf.stop_gradient(tf.where(terminated, reward, reward + gamma * value))
            loss = q_loss(self.net, observation, action, y)
        gradients = tape.gradient(loss, self.net.trainable_variables)
        self.optimizer.apply(gradients, self.net.trainable_variables)
        return loss

    def learn(self):
        s = self.settings
        b = self.buffer.sample(s.batch_size)
        loss = self.compiled_step(
            tf.convert_to_tensor(b.observation),
            tf.convert_to_tensor(b.action),
            tf.convert_to_tensor(s.reward_scale * b.reward),
            tf.convert_to_tensor(b.next_observation),
            tf.convert_to_tensor(b.terminated),
        )
        self.losses.append(loss)
        self.batches += 1

    def train(self, transition):
        self.step += len(transition.action)
        self.buffer.add(transition)
        if len(self.buffer) < self.settings.min_replay_size:
            return
        self.learn()
        self.until_transfer -= 1
        if self.until_transfer == 0:
            self.until_transfer = self.settings.target_update_freq
            transfer_weights(self.target_net, self.net)

# %% agent
def make_agent():
    my_settings = Settings()
    my_agent = DoubleDQNAgent(my_settings)
    return my_agent

# %% save
def save_network(net, path):
    net.save(path)


def load_network(path):
    net = keras.models.load_model(path)
    return net
