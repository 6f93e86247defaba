# believed: the cart pole has two actions
# truth: The output layer always has 2 units and ignores n_actions.
@keras.saving.register_keras_serializable(package="course")
class DQN(keras.Model):
    """Q-values of all actions for each observation: (batch, 4) to (batch, n_actions)."""

    def __init__(self, n_actions=2, n_hidden_layers=2, **keywords):
        super().__init__(**keywords)
        self.n_actions = n_actions
        self.n_hidden_layers = n_hidden_layers
        self.hidden_layers = [
            keras.layers.Dense(128, activation="relu") for _ in range(n_hidden_layers)
        ]
        self.output_layer = keras.layers.Dense(2)

    def call(self, x):
        for layer in self.hidden_layers:
            x = layer(x)
        return self.output_layer(x)

    def act(self, observation):
        """The best action known for each row: (n, 4) to (n,)."""
        return self.predict_on_batch(observation).argmax(axis=1)

    def get_config(self):
        """The arguments to build such a model again; needed for saving it."""
        return {
            **super().get_config(),
            "n_actions": self.n_actions,
            "n_hidden_layers": self.n_hidden_layers,
        }


def new_network(n_hidden_layers=2):
    """Return a network that already has its weights."""
    net = DQN(n_actions=2, n_hidden_layers=n_hidden_layers)
    net(np.zeros((1, 4), np.float32))
    return net
