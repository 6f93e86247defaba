# writer: a metaprogrammer: classes from type(...) and make_dataclass, mixins, reduce, namedtuple
# %% model
from functools import reduce


def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    inputs = {
        "observation": keras.Input((4,), name="observation"),
        "action_mask": keras.Input((n_actions,), name="action_mask"),
    }
    stack = (
        layers.Dense(hidden_size, activation="relu", kernel_initializer="lecun_normal"),
        layers.Dense(hidden_size, activation="relu", kernel_initializer="lecun_normal"),
        layers.Dense(
            n_actions,
            bias_initializer="zeros",
            kernel_initializer=keras.initializers.TruncatedNormal(stddev=1e-2),
        ),
    )
    values = reduce(lambda tensor, layer: layer(tensor), stack, inputs["observation"])
    output = layers.Multiply()([values, inputs["action_mask"]])
    model = keras.Model(inputs=list(inputs.values()), outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)
    model.compile(loss="mse", optimizer=optimizer)
    return model

# %% epsilon
epsilon = type(
    "Epsilon",
    (),
    {
        "__doc__": "The probability of a random action after `step` steps.",
        "__slots__": (),
        "__call__": lambda self, step, start, end, steps: (
            end if step >= steps else start - (start - end) * (step / steps)
        ),
    },
)()

# %% act
def _ask(net, observation, n_actions):
    return net.predict_on_batch([observation, np.full((len(observation), n_actions), 1.0)])


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = _ask(net, observation, n_actions)
    # Where a row explores, its values are replaced by noise: the best of noise is any action.
    noise = np.random.standard_normal((n, n_actions))
    explores = np.random.binomial(1, epsilon, size=(n, 1)).astype(bool)
    return np.argmax(np.where(explores, noise, values), axis=1)

# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    values = net.predict_on_batch(
        [next_observation, np.ones((len(reward), net.output_shape[-1]), dtype=np.float32)]
    )
    y = np.array(reward, dtype=np.float64)
    best = reduce(np.maximum, values.T)
    np.add(y, gamma * best, out=y, where=~np.asarray(terminated, dtype=bool))
    return y

# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    mask = np.eye(n_actions, dtype=np.float32)[action]
    wanted = np.where(mask > 0, np.asarray(targets)[:, None], 0.0)
    (loss,) = np.atleast_1d(net.train_on_batch([observation, mask], wanted))
    return loss

# %% naive
from dataclasses import field, make_dataclass

Settings = make_dataclass(
    "Settings",
    [
        ("gamma", float, field(default=0.97)),
        ("reward_scale", float, field(default=0.02)),
        ("epsilon_start", float, field(default=1.0)),
        ("epsilon_end", float, field(default=0.03)),
        ("epsilon_steps", int, field(default=2_000)),
        ("alpha", float, field(default=4e-3)),
        ("batch_size", int, field(default=256)),
        ("memory_size", int, field(default=12_000)),
        ("start_replay_step", int, field(default=500)),
        ("replay_interval", int, field(default=4)),
        ("target_interval", int, field(default=4)),
    ],
    frozen=True,
)


class EpsilonGreedyMixin:
    """Acting, for every agent with settings, a net and a counter of steps."""

    def exploration_step(self):
        return self.step

    def act(self, observation, explore=True):
        s = self.settings
        if explore:
            chance = epsilon(
                self.exploration_step(), s.epsilon_start, s.epsilon_end, s.epsilon_steps
            )
        else:
            chance = 0.0
        return select_action(self.net, observation, chance)


class LearningMixin:
    """One update step from five arrays."""

    def learn_from(self, teacher, observation, action, reward, next_observation, terminated):
        s = self.settings
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        y = td_targets(teacher, reward, next_observation, terminated, s.gamma)
        return learn(self.net, observation, action, y)


class AdvancedQAgent(EpsilonGreedyMixin, LearningMixin, AbstractAgent):
    """Q-learning with a network and nothing else: no replay memory, no target network."""

    FIELDS = "observation", "action", "reward", "next_observation", "terminated"

    def __init__(self, settings=None):
        self.settings = settings or Settings(batch_size=32, alpha=1e-3)
        self.net = build_model(alpha=self.settings.alpha)
        self.memory = deque(maxlen=self.settings.batch_size)  # the last steps
        self.step = 0  # steps played

    def train(self, transition):
        self.step += len(transition.action)
        self.memory.extend(zip(*(getattr(transition, name) for name in self.FIELDS)))
        if len(self.memory) == self.settings.batch_size:
            self.replay()

    def replay(self):
        """Do one update step with the last steps."""
        self.learn_from(self.net, *(np.asarray(part) for part in zip(*self.memory)))

# %% memory
from collections import namedtuple

Batch = namedtuple("Batch", "observation action reward next_observation terminated")


def _init(self, capacity):
    self.capacity = capacity
    self.chunks = deque()  # whole transitions, the oldest to the left
    self.size = 0


def _push(self, transition):
    """Store the n rows of one transition; throw away the oldest rows if there is no room."""
    chunk = Batch(*(np.asarray(getattr(transition, name)) for name in Batch._fields))
    self.chunks.append(chunk)
    self.size += len(chunk.action)
    while self.size > self.capacity:
        oldest = self.chunks.popleft()
        rest = min(self.size - self.capacity, len(oldest.action))
        self.size -= rest
        if rest < len(oldest.action):
            self.chunks.appendleft(Batch(*(part[rest:] for part in oldest)))


def _sample(self, batch_size):
    """A Batch of batch_size steps drawn at random."""
    rows = np.random.randint(0, self.size, batch_size)
    ends = np.cumsum([len(chunk.action) for chunk in self.chunks])
    which = np.searchsorted(ends, rows, side="right")
    chunks = list(self.chunks)
    picks = [(chunks[c], r - ends[c]) for c, r in zip(which, rows)]  # counted from the end
    return Batch(*(np.array([chunk[i][r] for chunk, r in picks]) for i in range(5)))


ReplayMemory = type(
    "ReplayMemory",
    (object,),
    {
        "__doc__": "The last `capacity` steps, as the chunks in which they came.",
        "__init__": _init,
        "__len__": lambda self: self.size,
        "push": _push,
        "sample": _sample,
    },
)

# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    deque(map(lambda to, source: to.assign(source), target_net.weights, net.weights), maxlen=0)

# %% update
def _dqn_init(self, settings=None):
    self.settings = s = settings or Settings()
    assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
    self.net = build_model(alpha=s.alpha)
    self.target_net = keras.Model.from_config(self.net.get_config())
    self.target_net.set_weights(self.net.get_weights())
    self.memory = ReplayMemory(s.memory_size)
    self.__dict__.update(step=0, turns=0, batches=0)


def _dqn_train(self, transition):
    s = self.settings
    transition = transition._replace(reward=s.reward_scale * transition.reward)
    self.step += len(transition.action)
    self.turns += 1
    self.memory.push(transition)
    if self.step >= s.start_replay_step and self.turns % s.replay_interval == 0:
        self.replay()


def _dqn_replay(self):
    """Do one update step; from time to time the target network follows."""
    s = self.settings
    self.learn_from(self.target_net, *self.memory.sample(s.batch_size))
    self.batches += 1
    if self.batches % s.target_interval == 0:
        copy_weights(self.target_net, self.net)


DQNAgent = type(AdvancedQAgent)(
    "DQNAgent",
    (EpsilonGreedyMixin, LearningMixin, AbstractAgent),
    {
        "__doc__": "Deep Q-Network: Q-learning with replay memory and target network.",
        "__module__": __name__,
        "__init__": _dqn_init,
        "exploration_step": lambda self: max(self.step - self.settings.start_replay_step, 0),
        "train": _dqn_train,
        "replay": _dqn_replay,
    },
)

# %% agent
make_agent = type("MakeAgent", (), {"__call__": lambda self, *args, **kw: DQNAgent(*args, **kw)})()

# %% experiment
def experiment():
    """Return the dictionary with your two answers."""
    from itertools import product, starmap
    from operator import gt

    greedy = {
        1: (145, 147, 144, 83, 194),
        4: (91, 200, 197, 133, 168),
        32: (13, 22, 15, 26, 9),
    }
    return {
        "middles": [float(np.mean(sorted(greedy[k])[1:4])) for k in (1, 4, 32)],
        "misled": [
            sum(starmap(gt, product(greedy[a], greedy[b]))) for a, b in ((1, 4), (1, 32), (32, 4))
        ],
    }
