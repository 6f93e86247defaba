# writer: a beginner: loops, global helper functions, temporary variables, a few prints
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    # first hidden layer
    dense1 = layers.Dense(hidden_size, activation="relu")
    x1 = dense1(observation)
    # second hidden layer
    dense2 = layers.Dense(hidden_size, activation="relu")
    x2 = dense2(x1)
    # last layer
    dense3 = layers.Dense(n_actions)
    x3 = dense3(x2)
    # times the mask
    multiply = layers.Multiply()
    output = multiply([x3, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model

# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    if step > steps:
        return end
    else:
        difference = start - end
        decrease_per_step = difference / steps
        result = start - step * decrease_per_step
        return result

# %% act
import random


def get_all_q_values(net, observation):
    number_of_rows = len(observation)
    number_of_actions = net.output_shape[1]
    my_mask = []
    for i in range(number_of_rows):
        my_mask.append([1.0] * number_of_actions)
    my_mask = np.array(my_mask)
    return net.predict_on_batch([observation, my_mask])


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    q_values = get_all_q_values(net, observation)
    actions = []
    for i in range(n):
        if random.random() < epsilon:
            a = random.randint(0, n_actions - 1)
        else:
            a = int(np.argmax(q_values[i]))
        actions.append(a)
    return np.array(actions)

# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    q_next = net.predict_on_batch([next_observation, ones])
    y = []
    for i in range(len(reward)):
        if terminated[i]:
            y.append(reward[i])
        else:
            y.append(reward[i] + gamma * max(q_next[i]))
    y = np.array(y)
    return y

# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    my_mask = np.zeros((len(action), n_actions))
    wanted_output = np.zeros((len(action), n_actions))
    for i in range(len(action)):
        my_mask[i, action[i]] = 1
        wanted_output[i, action[i]] = targets[i]
    loss = net.train_on_batch([observation, my_mask], wanted_output)
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
        observation = []
        action = []
        reward = []
        next_observation = []
        terminated = []
        for i in range(len(self.memory)):
            one_step = self.memory[i]
            observation.append(one_step[0])
            action.append(one_step[1])
            reward.append(one_step[2])
            next_observation.append(one_step[3])
            terminated.append(one_step[4])
        observation = np.array(observation)
        action = np.array(action)
        reward = np.array(reward)
        next_observation = np.array(next_observation)
        terminated = np.array(terminated)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        my_targets = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        my_loss = learn(self.net, observation, action, my_targets)
        if self.step % 2000 == 0:
            print("step", self.step, "loss", my_loss)

# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """The last `capacity` steps."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.steps = deque(maxlen=capacity)

    def __len__(self):
        return len(self.steps)

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        n = len(transition.action)
        for i in range(n):
            obs = transition.observation[i]
            a = transition.action[i]
            r = transition.reward[i]
            next_obs = transition.next_observation[i]
            done = transition.terminated[i]
            self.steps.append((obs, a, r, next_obs, done))

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        chosen = random.sample(self.steps, batch_size)
        observation = np.array([c[0] for c in chosen])
        action = np.array([c[1] for c in chosen])
        reward = np.array([c[2] for c in chosen])
        next_observation = np.array([c[3] for c in chosen])
        terminated = np.array([c[4] for c in chosen])
        return Batch(observation, action, reward, next_observation, terminated)

# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    new_weights = net.get_weights()
    target_net.set_weights(new_weights)
    return target_net

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        target = build_model(alpha=s.alpha)
        self.target_net = copy_weights(target, self.net)
        self.memory = ReplayMemory(s.memory_size)
        self.step = 0  # steps played
        self.turns = 0  # calls of train
        self.batches = 0  # batches learned
        self.batches_since_copy = 0

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
        if self.step < s.start_replay_step:
            # too early
            return None
        if self.turns % s.replay_interval == 0:
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        batch = self.memory.sample(s.batch_size)
        observation = batch[0]
        action = batch[1]
        reward = batch[2]
        next_observation = batch[3]
        terminated = batch[4]
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        my_targets = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, my_targets)
        self.batches = self.batches + 1
        self.batches_since_copy = self.batches_since_copy + 1
        if self.batches_since_copy == s.target_interval:
            copy_weights(self.target_net, self.net)
            self.batches_since_copy = 0

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    my_settings = Settings()
    my_agent = DQNAgent(my_settings)
    print("made a new agent")
    return my_agent
