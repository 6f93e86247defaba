# writer: somebody who comes from PyTorch and keeps its habits (loaders, state dicts, done masks)
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    # like nn.Sequential with nn.Linear and nn.ReLU, each a module of its own
    module = keras.Sequential(
        [
            layers.Dense(hidden_size),
            layers.ReLU(),
            layers.Dense(hidden_size),
            layers.ReLU(),
            layers.Dense(n_actions, kernel_initializer="glorot_uniform"),
        ]
    )
    output = layers.Multiply()([module(observation), mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.AdamW(learning_rate=alpha, weight_decay=1e-5, clipvalue=1.0)
    optimizer.build(model.trainable_variables)
    model.compile(loss=keras.losses.MeanSquaredError(), optimizer=optimizer)
    return model
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    t = min(max(step / steps, 0.0), 1.0)
    return (1.0 - t) * start + t * end  # torch.lerp
# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    q = net.predict_on_batch([observation, np.ones((n, n_actions), dtype="float32")])
    action = q.argmax(axis=-1).astype("int64")
    explore = np.random.random_sample(n) < epsilon
    action[explore] = np.random.randint(0, n_actions, size=int(explore.sum()))
    return action
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]), np.float32)
    not_done = 1.0 - terminated.astype(np.float32)
    q_next = net.predict_on_batch([next_observation, ones]).max(-1)
    return reward + not_done * gamma * q_next
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    index = np.expand_dims(action, 1)
    mask = np.zeros((len(action), n_actions), np.float32)
    np.put_along_axis(mask, index, 1.0, axis=1)  # scatter_
    wanted = np.zeros_like(mask)
    np.put_along_axis(wanted, index, np.expand_dims(targets, 1), axis=1)
    loss = net.train_on_batch([observation, mask], wanted)
    return loss.item() if hasattr(loss, "item") else loss
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


def collate(steps):
    """default_collate"""
    return [np.stack([np.asarray(step[i]) for step in steps], axis=0) for i in range(5)]


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
        observation, action, reward, next_observation, terminated = collate(self.memory)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        target = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        return learn(self.net, observation, action, target)
# %% memory
import random


class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """The last `capacity` steps, as in the PyTorch tutorial: a deque of tuples, random.sample."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.memory = deque([], maxlen=capacity)

    def push(self, transition):
        """Save the steps."""
        self.memory.extend(zip(*(getattr(transition, field) for field in Batch._fields)))

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random (without repetition)."""
        steps = random.sample(self.memory, batch_size)
        return Batch(*map(np.stack, zip(*steps)))

    def __len__(self):
        return len(self.memory)
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    for p_target, p in zip(target_net.variables, net.variables):
        p_target.assign(p)
# %% update
import copy


class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self.target_net = copy.deepcopy(self.net)
        self.target_net.trainable = False
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
        if self.step < s.start_replay_step:
            return
        if self.turns % s.replay_interval == 0:
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        observation, action, reward, next_observation, terminated = self.memory.sample(s.batch_size)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        target = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        loss = learn(self.net, observation, action, target)
        self.batches += 1
        if self.batches % s.target_interval == 0:
            copy_weights(self.target_net, self.net)
        return loss
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent()
