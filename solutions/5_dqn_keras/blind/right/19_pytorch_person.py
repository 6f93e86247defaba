# writer: a PyTorch person who thinks in policy_net, target_net, Transition and state dicts
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    fc1 = layers.Dense(hidden_size, activation="relu", kernel_initializer="he_uniform")
    fc2 = layers.Dense(hidden_size, activation="relu", kernel_initializer="he_uniform")
    fc3 = layers.Dense(n_actions)


    def forward(x):
        x = fc1(x)
        x = fc2(x)
        return fc3(x)


    output = layers.Multiply()([forward(observation), mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    eps_threshold = end + (start - end) * max(0, 1 - step / steps)
    return eps_threshold
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    state_action_values = net.predict_on_batch([observation, np.ones((n, n_actions), dtype="float32")])
    sample = np.random.rand(n)
    eps_threshold = epsilon
    exploit = sample >= eps_threshold
    return np.where(exploit, state_action_values.argmax(-1), np.random.randint(n_actions, size=(n,)))
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    non_final_mask = ~terminated
    next_state_values = np.zeros(len(reward), dtype=np.float32)
    if non_final_mask.any():
        values = net.predict_on_batch([next_observation[non_final_mask], ones[non_final_mask]])
        next_state_values[non_final_mask] = values.max(1)
    expected_state_action_values = (next_state_values * gamma) + reward
    return expected_state_action_values
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    index = np.arange(len(action))
    mask = np.zeros((len(action), n_actions), dtype=np.float32)
    mask[index, action] = 1.0
    expected = np.zeros_like(mask)
    expected[index, action] = targets
    loss = net.train_on_batch([observation, mask], expected)
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
        batch = list(zip(*self.memory))
        observation = np.stack(batch[0])
        action = np.stack(batch[1])
        reward = np.stack(batch[2])
        next_observation = np.stack(batch[3])
        terminated = np.stack(batch[4])
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        expected = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        loss = learn(self.net, observation, action, expected)
        self.loss = loss
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


Transition = Batch  # one step; the same fields


class ReplayMemory:
    """A cyclic buffer of bounded size, as in the PyTorch tutorial."""

    def __init__(self, capacity):
        self.memory = deque([], maxlen=capacity)

    def push(self, transition):
        """Save the transitions."""
        for i in range(len(transition.action)):
            self.memory.append(
                Transition(
                    transition.observation[i],
                    transition.action[i],
                    transition.reward[i],
                    transition.next_observation[i],
                    transition.terminated[i],
                )
            )

    def sample(self, batch_size):
        transitions = [self.memory[i] for i in np.random.randint(len(self.memory), size=batch_size)]
        batch = Transition(*zip(*transitions))
        return Batch(
            np.stack(batch.observation),
            np.array(batch.action, dtype=np.int64),
            np.array(batch.reward, dtype=np.float32),
            np.stack(batch.next_observation),
            np.array(batch.terminated, dtype=bool),
        )

    def __len__(self):
        return len(self.memory)
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    state_dict = {i: w.copy() for i, w in enumerate(net.get_weights())}
    target_net.set_weights(list(state_dict.values()))
# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        policy_net = self.net
        self.target_net = keras.models.clone_model(policy_net)
        self.target_net.set_weights(policy_net.get_weights())
        self.target_net.trainable = False  # it never learns by itself
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
        if self.step >= s.start_replay_step and self.turns % s.replay_interval == 0:
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        batch = self.memory.sample(s.batch_size)
        observation, action, reward = batch.observation, batch.action, batch.reward
        next_observation, terminated = batch.next_observation, batch.terminated
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        expected = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        loss = learn(self.net, observation, action, expected)
        self.batches += 1
        if self.batches % s.target_interval == 0:
            copy_weights(self.target_net, self.net)
        self.loss = loss
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings())
