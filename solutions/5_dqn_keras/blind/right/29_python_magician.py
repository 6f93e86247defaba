# writer: a Python magician: NamedTuple settings, subclass of deque, generators, inheritance between the agents, keyword-only calls
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    inputs = {
        "observation": keras.Input((4,), name="observation"),
        "action_mask": keras.Input((n_actions,), name="action_mask"),
    }
    *hidden, last = (
        layers.Dense(units, activation=activation)
        for units, activation in [(hidden_size, "relu")] * 2 + [(n_actions, None)]
    )
    x = inputs["observation"]
    while hidden:
        x = hidden.pop(0)(x)
    output = layers.Multiply()([last(x), inputs["action_mask"]])
    model = keras.Model(inputs=list(inputs.values()), outputs=output)
    optimizer = keras.optimizers.Adamax(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)
    model.compile(loss=keras.losses.mean_squared_error, optimizer=optimizer)
    return model
# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    match step:
        case _ if step <= 0:
            return start
        case _ if step >= steps:
            return end
        case _:
            return sorted((start, end, start - (start - end) * (step / steps)))[1]
# %% act
import random as _python_random


def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    q = net.predict_on_batch([observation, np.ones((n, n_actions))])

    def choices():
        for row in q.tolist():
            if _python_random.random() < epsilon:
                yield _python_random.randrange(n_actions)
            else:
                yield max(range(n_actions), key=row.__getitem__)

    return np.fromiter(choices(), dtype=np.int8, count=n)
# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones_like(np.empty((len(reward), net.output_shape[-1])))
    *_, best = np.sort(net.predict_on_batch([next_observation, ones]), axis=1).T
    return np.choose(np.asarray(terminated, int), (reward + gamma * best, reward))
# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    mask = np.equal.outer(action, np.arange(n_actions))
    loss = net.train_on_batch(x=[observation, mask.astype(int)], y=np.where(mask, np.c_[targets], 0.0))
    return np.float64(loss)
# %% naive
class Settings(NamedTuple):
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

    fields = "observation", "action", "reward", "next_observation", "terminated"

    def __init__(self, settings=None):
        self.settings = settings or Settings(batch_size=32, alpha=1e-3)
        self.net = build_model(alpha=self.settings.alpha)
        self.memory = deque(maxlen=self.settings.batch_size)  # the last steps
        self.step = 0  # steps played

    @property
    def epsilon(self):
        s = self.settings
        return epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_steps)

    @property
    def evaluator(self):
        return self.net

    def act(self, observation, explore=True):
        return select_action(self.net, observation, self.epsilon if explore else 0.0)

    def train(self, transition):
        self.step += len(transition.action)
        self.memory.extend(zip(*(getattr(transition, field) for field in self.fields)))
        if len(self.memory) == self.settings.batch_size:
            self.replay()

    def batch(self):
        return [np.array(column) for column in zip(*self.memory)]

    def replay(self):
        """Do one update step with the last steps."""
        s = self.settings
        observation, action, reward, next_observation, terminated = self.batch()
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        return learn(
            net=self.net,
            observation=observation,
            action=action,
            targets=td_targets(
                net=self.evaluator,
                reward=reward,
                next_observation=next_observation,
                terminated=terminated,
                gamma=s.gamma,
            ),
        )
# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory(deque):
    """The last `capacity` steps; len comes with the deque."""

    def __init__(self, capacity):
        super().__init__(maxlen=capacity)

    def push(self, transition):
        """Store the n rows of one transition; the oldest fall out by themselves."""
        self += zip(*map(transition.__getattribute__, Batch._fields))

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        return Batch(*map(np.array, zip(*_python_random.choices(self, k=batch_size))))
# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    tau = 1.0
    target_net.set_weights(
        [tau * new + (1 - tau) * old for new, old in zip(net.get_weights(), target_net.get_weights())]
    )
# %% update
from itertools import count


class DQNAgent(AdvancedQAgent):
    """Deep Q-Network: the naive agent with replay memory and target network."""

    def __init__(self, settings=None):
        s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        super().__init__(s)
        self.target_net = keras.Model.from_config(self.net.get_config())
        copy_weights(self.target_net, self.net)
        self.memory = ReplayMemory(s.memory_size)
        self.turns = 0  # calls of train
        self.batches = 0  # batches learned

    @property
    def epsilon(self):
        s = self.settings
        return epsilon(max(self.step - s.start_replay_step, 0), s.epsilon_start, s.epsilon_end, s.epsilon_steps)

    @property
    def evaluator(self):
        return self.target_net

    def batch(self):
        return self.memory.sample(self.settings.batch_size)

    def train(self, transition):
        s = self.settings
        self.step += len(transition.action)
        self.turns += 1
        self.memory.push(transition._replace(reward=s.reward_scale * transition.reward))
        if self.step >= s.start_replay_step and self.turns % s.replay_interval == 0:
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        loss = super().replay()
        self.batches += 1
        if self.batches % self.settings.target_interval == 0:
            copy_weights(target_net=self.target_net, net=self.net)
        return loss
# %% agent
def make_agent():
    """Return a new, untrained agent."""
    return DQNAgent(Settings()._replace(epsilon_end=0.04))
