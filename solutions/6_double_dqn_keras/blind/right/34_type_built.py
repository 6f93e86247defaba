# writer: metaprogrammer: classes built by type(...), decorators with functools.wraps, lru_cache, match
# %% memory
from collections import namedtuple

Batch = namedtuple("Batch", "observation action reward next_observation terminated")


def _buffer_init(self, buffer_size):
    self.buffer_size = buffer_size
    self.store = None  # made when the first transition shows its shapes
    self.position = self.size = 0


def _buffer_add(self, transition):
    """Store the n rows of one transition; overwrite the oldest if there is no room."""
    rows_of = {name: np.asarray(getattr(transition, name)) for name in Batch._fields}
    if self.store is None:
        self.store = {
            name: np.zeros((self.buffer_size, *rows.shape[1:]), _KINDS[name])
            for name, rows in rows_of.items()
        }
    n = len(rows_of["action"])
    done = 0
    while done < n:  # as many as fit before the end of the ring, then from its start
        k = min(n - done, self.buffer_size - self.position)
        for name, rows in rows_of.items():
            self.store[name][self.position : self.position + k] = rows[done : done + k]
        self.position = (self.position + k) % self.buffer_size
        self.size = min(self.size + k, self.buffer_size)
        done += k


def _buffer_sample(self, batch_size):
    """Floyd's algorithm: different numbers without a list of all of them; then shuffle."""
    if batch_size > self.size:
        raise IndexError("not enough steps")
    chosen = set()
    for j in range(self.size - batch_size, self.size):
        t = random.randint(0, j)
        chosen.add(j if t in chosen else t)
    rows = np.fromiter(chosen, np.intp, batch_size)
    np.random.shuffle(rows)
    return Batch(*(self.store[name][rows] for name in Batch._fields))


_KINDS = dict(
    observation=np.float32, action=np.int64, reward=np.float32, next_observation=np.float32, terminated=bool
)
ReplayBuffer = type(
    "ReplayBuffer",
    (object,),
    {
        "__doc__": "A ring buffer of the last `buffer_size` steps.",
        "__init__": _buffer_init,
        "__len__": lambda self: self.size,
        "add": _buffer_add,
        "sample": _buffer_sample,
    },
)

# %% network
def _network_init(self, n_actions=2, n_hidden_layers=2, **keywords):
    keras.Model.__init__(self, **keywords)
    self.n_actions = n_actions
    self.n_hidden_layers = n_hidden_layers
    *self.hidden_layers, self.output_layer = [
        keras.layers.Dense(units, activation=activation)
        for units, activation in [(128, "relu")] * n_hidden_layers + [(n_actions, None)]
    ]


def _network_call(self, x):
    def through(layers, x):
        return through(layers[1:], layers[0](x)) if layers else self.output_layer(x)

    return through(list(self.hidden_layers), x)


def _network_act(self, observation):
    """The best action known for each row: (n, 4) to (n,)."""
    return np.argsort(-self.predict_on_batch(observation), axis=1, kind="stable")[:, 0]


def _network_config(self):
    return {
        **keras.Model.get_config(self),
        "n_actions": self.n_actions,
        "n_hidden_layers": self.n_hidden_layers,
    }


DQN = keras.saving.register_keras_serializable(package="course")(
    type(
        "DQN",
        (keras.Model,),
        {
            "__init__": _network_init,
            "call": _network_call,
            "act": _network_act,
            "get_config": _network_config,
        },
    )
)


def new_network(n_hidden_layers=2):
    """Return a network that already has its weights."""
    net = DQN(n_actions=2, n_hidden_layers=n_hidden_layers)
    net(np.zeros((1, 4), np.float32))
    return net

# %% epsilon
from functools import lru_cache


@lru_cache(maxsize=1024)
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return float(np.interp(step, [0, steps], [start, end]))

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    # all rows' distributions, then one uniform number for each row
    greedy = np.eye(n_actions)[values.argmax(axis=1)]
    probabilities = epsilon / n_actions + (1 - epsilon) * greedy
    reached = probabilities.cumsum(axis=1) <= np.random.random_sample((n, 1))
    return np.minimum(reached.sum(axis=1), n_actions - 1)

# %% targets
from functools import wraps


def without_gradient(function):
    """A decorator: the result is a plain number for every tape."""

    @wraps(function)
    def wrapped(*args, **kwargs):
        return keras.ops.stop_gradient(function(*args, **kwargs))

    return wrapped


@without_gradient
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    best = tf.math.top_k(target_net(next_observation), k=1).values[:, 0]
    return reward + gamma * tf.where(terminated, tf.zeros_like(best), best)

# %% double_targets
def _no_tape(function):
    @wraps(function)
    def wrapped(*args, **kwargs):
        return tf.stop_gradient(function(*args, **kwargs))

    return wrapped


@_no_tape
def double_dqn_targets(net, target_net, reward, next_observation, terminated, gamma):
    """r + gamma Q_target(s', argmax Q(s', a')), and only r where the episode terminated."""
    columns = tf.argmax(net(next_observation), axis=1, output_type=tf.int32)
    places = tf.stack([tf.range(tf.shape(columns)[0]), columns], axis=1)
    value = tf.gather_nd(target_net(next_observation), places)
    return reward + gamma * tf.where(terminated, tf.zeros_like(value), value)

# %% loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    action = tf.cast(action, tf.int32)
    places = tf.stack([tf.range(tf.shape(action)[0]), action], axis=-1)
    error = tf.gather_nd(net(observation), places) - targets
    return tf.reduce_mean(
        tf.where(tf.abs(error) < 1.0, 0.5 * tf.square(error), tf.abs(error) - 0.5)
    )

# %% copy
def transfer_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    target_net.set_weights([np.array(w) for w in net.get_weights()])

# %% update
def _agent_init(self, settings=None):
    self.settings = s = settings or Settings()
    self.net = new_network(s.n_hidden_layers)
    self.target_net = DQN.from_config(self.net.get_config())
    self.target_net(np.zeros((1, 4), np.float32))
    transfer_weights(self.target_net, self.net)
    self.optimizer = keras.optimizers.Adam(s.learning_rate)
    self.optimizer.build(self.net.trainable_variables)
    self.compiled_step = tf.function(self.gradient_step, autograph=False)
    self.buffer = ReplayBuffer(s.buffer_size)
    self.step = 0
    self.batches = 0


def _agent_act(self, observation, explore=True):
    s = self.settings
    probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_decay)
    return select_action(self.net, observation, probability if explore else 0.0)


def _agent_gradient_step(self, observation, action, reward, next_observation, terminated):
    s = self.settings
    variables = self.net.trainable_variables
    with tf.GradientTape() as tape:
        match s.double:
            case True:
                function, networks = double_dqn_targets, (self.net, self.target_net)
            case _:
                function, networks = td_targets, (self.target_net,)
        y = function(*networks, reward, next_observation, terminated, s.gamma)
        loss = q_loss(self.net, observation, action, y)
    self.optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


def _agent_learn(self):
    s = self.settings
    observation, action, reward, *what_followed = self.buffer.sample(s.batch_size)
    batch = (observation, action, s.reward_scale * reward, *what_followed)
    self.compiled_step(*map(tf.convert_to_tensor, batch))
    self.batches += 1


def _agent_train(self, transition):
    self.step += len(transition.action)
    s = self.settings
    self.buffer.add(transition)
    if len(self.buffer) >= s.min_replay_size:
        self.learn()
        if self.batches % s.target_update_freq == 0:
            transfer_weights(self.target_net, self.net)


DoubleDQNAgent = type(
    "DoubleDQNAgent",
    (AbstractAgent,),
    dict(
        __init__=_agent_init,
        act=_agent_act,
        gradient_step=_agent_gradient_step,
        learn=_agent_learn,
        train=_agent_train,
    ),
)

# %% agent
from functools import partial

make_agent = partial(DoubleDQNAgent, settings=Settings())

# %% save
def save_network(net, path):
    """Write the whole model into a file."""
    type(net).save(net, path)


def load_network(path):
    """Return the model that was written into the file."""
    return keras.models.load_model(path, custom_objects={"DQN": DQN})
