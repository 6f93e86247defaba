# writer: someone fond of match statements and the walrus operator
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    layers_done = 0
    x = observation
    while (layers_done := layers_done + 1) <= 3:
        match layers_done:
            case 1 | 2:
                x = layers.Dense(hidden_size, activation="relu")(x)
            case 3:
                x = layers.Dense(n_actions)(x)
    output = layers.Multiply()([x, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    match step:
        case 0:
            return start
        case late if late >= steps:
            return end
        case _:
            return start - (start - end) * (step / steps)
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    if (values := net.predict_on_batch([observation, np.ones((n, n_actions))])).shape != (n, n_actions):
        raise ValueError(values.shape)
    actions = []
    for row in values:
        match bool(np.random.rand() < epsilon):
            case True:
                actions.append(np.random.choice(n_actions))
            case _:
                actions.append(row.argmax())
    return np.asarray(actions)
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    return np.where(
        terminated,
        reward,
        reward + gamma * (values := net.predict_on_batch([next_observation, ones]))[range(len(values)), values.argmax(axis=1)],
    )
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    mask = np.identity(n_actions)[action]
    match net.train_on_batch([observation, mask], y := mask * targets[..., None]):
        case [loss, *_]:
            return loss
        case loss:
            return loss
# %% naive
@dataclass(frozen=True)
class Settings:
    """The hyperparameters of an agent."""

    gamma: float = 0.97  # discount
    reward_scale: float = 0.02  # DQNAgent scales the rewards by this factor
    epsilon_start: float = 1.0
    epsilon_end: float = 0.03
    epsilon_steps: int = 2_000  # steps until epsilon has fallen from start to end
    alpha: float = 4e-3  # learning rate
    batch_size: int = 256
    memory_size: int = 12_000
    start_replay_step: int = 500  # steps played before the first update step
    replay_interval: int = 4  # turns (one step of all cart poles) between two batches
    target_interval: int = 4  # batches between two copies to the target network


class AdvancedQAgent(AbstractAgent):
    """Q-learning with a network and nothing else: no replay memory, no target network."""

    def __init__(self, settings=None):
        self.settings = settings or Settings(batch_size=32, alpha=1e-3)
        self.net = build_model(alpha=self.settings.alpha)
        self.memory = deque(maxlen=self.settings.batch_size)  # the last steps
        self.step = 0  # steps played

    def act(self, observation, explore=True):
        s = self.settings
        probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)
        return select_action(self.net, observation, probability if explore else 0.0)

    def train(self, transition):
        self.step += len(transition.action)
        self.memory.extend(
            (
                transition.observation[row],
                transition.action[row],
                transition.reward[row],
                transition.next_observation[row],
                transition.terminated[row],
            )
            for row in range(len(transition.action))
        )
        if len(self.memory) == self.settings.batch_size:
            self.replay()

    def replay(self):
        """Do one update step with the last steps."""
        s = self.settings
        match [np.array(part) for part in zip(*self.memory)]:
            case [observation, action, reward, next_observation, terminated]:
                pass
            case other:
                raise ValueError(f"five parts expected, not {len(other)}")
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        if np.isnan(
            loss := learn(
                self.net,
                observation,
                action,
                td_targets(self.net, reward, next_observation, terminated, s.gamma),
            )
        ):
            print("nan!")
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """A ring buffer of the last `capacity` steps."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.store = Batch(
            observation=np.zeros((capacity, 4), np.float32),
            action=np.zeros(capacity, np.int64),
            reward=np.zeros(capacity, np.float32),
            next_observation=np.zeros((capacity, 4), np.float32),
            terminated=np.zeros(capacity, bool),
        )
        self.position = 0  # the row of the next step
        self.size = 0  # how many rows are filled

    def __len__(self):
        return self.size

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        match self.capacity - self.position:
            case room if room >= n:
                rows = list(range(self.position, self.position + n))
            case room:
                rows = list(range(self.position, self.capacity)) + list(range(n - room))
        for name in Batch._fields:
            getattr(self.store, name)[rows] = getattr(transition, name)
        if (end := self.position + n) >= self.capacity:
            end -= self.capacity
        self.position = end
        self.size = size if (size := self.size + n) < self.capacity else self.capacity

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        rows = [int(self.size * np.random.random()) for _ in range(batch_size)]
        match self.store:
            case Batch(observation, action, reward, next_observation, terminated):
                return Batch(observation[rows], action[rows], reward[rows], next_observation[rows], terminated[rows])
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    match net.get_weights():
        case weights:
            target_net.set_weights(weights)
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        (target_net := build_model(alpha=s.alpha)).set_weights(self.net.get_weights())
        self.target_net = target_net
        self.memory = ReplayMemory(s.memory_size)
        self.step = 0  # steps played
        self.turns = 0  # calls of train
        self.batches = 0  # batches learned

    def act(self, observation, explore=True):
        s = self.settings
        step = max(self.step - s.start_replay_step, 0)  # epsilon falls from the first batch on
        probability = epsilon(step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)
        return select_action(self.net, observation, probability if explore else 0.0)

    def train(self, transition):
        s = self.settings
        transition = transition._replace(reward=s.reward_scale * transition.reward)
        self.step += len(transition.action)
        self.turns += 1
        self.memory.push(transition)
        match (self.step >= s.start_replay_step, self.turns % s.replay_interval):
            case (True, 0):
                self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        match self.memory.sample(s.batch_size):
            case Batch(observation, action, reward, next_observation, terminated):
                pass
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        y = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, y)
        match (batches := self.batches + 1) % s.target_interval:
            case 0:
                copy_weights(self.target_net, self.net)
        self.batches = batches
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    match "recommended":
        case "recommended":
            return DQNAgent(Settings())
