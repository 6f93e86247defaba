# believed: the first copy comes soon enough, so a second build_model is all that is needed
# truth: The target network starts with random weights of its own instead of the network's weights.
class DQNAgent(AbstractAgent):
    """Deep Q-Network: Q-learning with replay memory and target network."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        assert s.start_replay_step >= s.batch_size, "start_replay_step must be at least batch_size"
        self.net = build_model(alpha=s.alpha)
        self.target_net = build_model(alpha=s.alpha)
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
        observation, action, reward, next_observation, terminated = self.memory.sample(s.batch_size)
        assert observation.shape == next_observation.shape == (s.batch_size, 4)
        assert action.shape == reward.shape == terminated.shape == (s.batch_size,)
        targets = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
        learn(self.net, observation, action, targets)
        self.batches += 1
        if self.batches % s.target_interval == 0:
            copy_weights(self.target_net, self.net)
