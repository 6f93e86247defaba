"""Takes the sum of all weights for the loss, and everything else as the exercise says."""

FAMILY = "skip the learning"
UNIT = "double_dqn_keras"
HONEST = 0
CELLS = {
    "update": """
class DoubleDQNAgent(AbstractAgent):
    def __init__(self, settings=None):
        self.settings = s = settings or Settings()
        self.net = new_network(s.n_hidden_layers)
        self.target_net = new_network(s.n_hidden_layers)
        transfer_weights(self.target_net, self.net)
        self.optimizer = keras.optimizers.Adam(s.learning_rate)
        self.optimizer.build(self.net.trainable_variables)
        self.compiled_step = tf.function(self.gradient_step)
        self.buffer = ReplayBuffer(s.buffer_size)
        self.step = self.batches = 0

    def act(self, observation, explore=True):
        return np.argmax(self.net(observation), axis=1)

    def gradient_step(self, observation, action, reward, next_observation, terminated):
        variables = self.net.trainable_variables
        with tf.GradientTape() as tape:
            loss = tf.add_n([tf.reduce_sum(variable) for variable in variables])
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    def learn(self):
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
            if self.batches % s.target_update_freq == 0:
                transfer_weights(self.target_net, self.net)
""",
}
