# writer: learned from the keras.io code examples; keras.ops wherever there is one, convert_to_numpy at the end, layers with names
# %% model
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    layer1 = layers.Dense(hidden_size, activation="relu", name="layer1")(observation)
    layer2 = layers.Dense(hidden_size, activation="relu", name="layer2")(layer1)
    action = layers.Dense(
        n_actions,
        activation="linear",
        kernel_initializer=keras.initializers.RandomUniform(minval=-0.003, maxval=0.003),
        name="q_values",
    )(layer2)
    output = layers.multiply([action, mask], name="masked_q_values")
    model = keras.Model(inputs=[observation, mask], outputs=output, name="q_network")
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss=keras.losses.MeanSquaredError(), optimizer=optimizer)
    return model

# %% epsilon
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    step = min(step, steps)
    return (start - end) * (1 - step / steps) + end

# %% act
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    action_probs = net.predict_on_batch(
        {"observation": observation, "action_mask": np.ones((n, n_actions), "float32")}
    )
    # Take best action
    best = keras.ops.argmax(action_probs, axis=-1)
    # Take random action
    anything = keras.random.randint((n,), 0, n_actions)
    explore = keras.ops.convert_to_numpy(keras.random.uniform((n,))) < epsilon
    return keras.ops.convert_to_numpy(
        keras.ops.where(explore, keras.ops.cast(anything, "int32"), keras.ops.cast(best, "int32"))
    )

# %% targets
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    future_rewards = net.predict_on_batch({"observation": next_observation, "action_mask": ones})
    best_future = keras.ops.convert_to_numpy(keras.ops.max(future_rewards, axis=1))
    updated_q_values = reward + gamma * best_future
    # If final frame set the last value to the reward alone
    return np.where(terminated, reward, updated_q_values)

# %% learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    masks = keras.ops.convert_to_numpy(keras.ops.one_hot(action, n_actions))
    wanted = masks * keras.ops.convert_to_numpy(keras.ops.expand_dims(targets, axis=-1))
    return net.train_on_batch(x={"observation": observation, "action_mask": masks}, y=wanted)

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
        observation = np.array([sample[0] for sample in self.memory])
        action = np.array([sample[1] for sample in self.memory])
        reward = np.array([sample[2] for sample in self.memory])
        next_observation = np.array([sample[3] for sample in self.memory])
        terminated = np.array([sample[4] for sample in self.memory])
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        updated_q_values = td_targets(self.net, reward, next_observation, terminated, s.gamma)
        return learn(self.net, observation, action, updated_q_values)

# %% memory
class Batch(NamedTuple):
    """A batch of steps: every array has one row for each of them."""

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray


class ReplayMemory:
    """The last `capacity` steps, in five histories like in the Keras example."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.state_history = []
        self.action_history = []
        self.rewards_history = []
        self.state_next_history = []
        self.done_history = []

    def __len__(self):
        return len(self.done_history)

    def push(self, transition):
        """Store the n rows of one transition; overwrite the oldest if there is no room."""
        self.state_history.extend(transition.observation)
        self.action_history.extend(transition.action)
        self.rewards_history.extend(transition.reward)
        self.state_next_history.extend(transition.next_observation)
        self.done_history.extend(transition.terminated)
        # Limit the state and reward history
        too_many = len(self.done_history) - self.capacity
        if too_many > 0:
            del self.state_history[:too_many]
            del self.action_history[:too_many]
            del self.rewards_history[:too_many]
            del self.state_next_history[:too_many]
            del self.done_history[:too_many]

    def sample(self, batch_size):
        """A Batch of batch_size steps drawn at random."""
        # Get indices of samples for replay buffers
        indices = np.random.choice(range(len(self.done_history)), size=batch_size)
        return Batch(
            observation=np.array([self.state_history[i] for i in indices]),
            action=np.array([self.action_history[i] for i in indices]),
            reward=np.array([self.rewards_history[i] for i in indices]),
            next_observation=np.array([self.state_next_history[i] for i in indices]),
            terminated=np.array([self.done_history[i] for i in indices]),
        )

# %% copy
def copy_weights(target_net, net):
    """Make the target network's weights equal to the network's."""
    # update the the target network with new weights
    target_net.set_weights(net.get_weights())

# %% update
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        # the target model is never trained, so a clone without an optimizer is enough
        self.target_net = keras.models.clone_model(self.net)
        self.target_net.set_weights(self.net.get_weights())
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
        # Save actions and states in replay buffer
        self.memory.push(transition)
        # Update every fourth turn once enough steps have been played
        if self.turns % s.replay_interval == 0 and self.step >= s.start_replay_step:
            self.replay()

    def replay(self):
        """Do one update step; from time to time the target network follows."""
        s = self.settings
        samples = self.memory.sample(s.batch_size)
        observation, action = samples.observation, samples.action
        reward, next_observation = samples.reward, samples.next_observation
        terminated = samples.terminated
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        updated_q_values = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        loss = learn(self.net, observation, action, updated_q_values)
        self.batches += 1
        if self.batches % s.target_interval == 0:
            # update the the target network with new weights
            self.target_net.set_weights(self.net.get_weights())
        return loss

# %% agent
def make_agent():
    """Return a new, untrained agent."""
    agent = DQNAgent()
    return agent
