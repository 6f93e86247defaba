# believed: target_update_freq is counted in steps, as in most programs
# truth: The transfers are timed by the steps played instead of the batches learned; with 64 cart poles self.step is always a multiple of 4, so the weights are transferred after every batch.
class DoubleDQNAgent(AbstractAgent):
    """Deep Q-learning whose targets are Double DQN's (or plain DQN's, for comparison)."""

    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers)
        transfer_weights(self.target_net, self.net)
        self.optimizer = keras.optimizers.Adam(s.learning_rate)
        self.optimizer.build(self.net.trainable_variables)
        self.compiled_step = tf.function(self.gradient_step)
        self.buffer = ReplayBuffer(s.buffer_size)
        self.step = 0  # steps played
        self.batches = 0  # batches learned

    def act(self, observation, explore=True):
        s = self.settings
        probability = epsilon(self.step, s.epsilon_start, s.epsilon_end, s.epsilon_decay)
        return select_action(self.net, observation, probability if explore else 0.0)

    def gradient_step(self, observation, action, reward, next_observation, terminated):
        """Do one update step; everything in here is computed by TensorFlow."""
        s = self.settings
        variables = self.net.trainable_variables
        with tf.GradientTape() as tape:
            if s.double:
                targets = double_dqn_targets(
                    self.net, self.target_net, reward, next_observation, terminated, s.gamma
                )
            else:
                targets = td_targets(self.target_net, reward, next_observation, terminated, s.gamma)
            loss = q_loss(self.net, observation, action, targets)
        gradients = tape.gradient(loss, variables)
        self.optimizer.apply(gradients, variables)
        return loss

    def learn(self):
        """Do one update step with a batch from the buffer."""
        s = self.settings
        observation, action, reward, *what_followed = self.buffer.sample(s.batch_size)
        batch = (observation, action, s.reward_scale * reward, *what_followed)
        self.compiled_step(*map(tf.convert_to_tensor, batch))
        self.batches += 1

    def train(self, transition):
        self.step += len(transition.action)
        s = self.settings
        self.buffer.add(transition)
        if len(self.buffer) >= s.min_replay_size:
            self.learn()
        if self.step % s.target_update_freq == 0:
            transfer_weights(self.target_net, self.net)
