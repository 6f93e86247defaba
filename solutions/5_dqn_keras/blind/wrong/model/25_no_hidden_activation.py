# believed: Dense has ReLU unless you say otherwise, so only the last layer needs a word about its activation
# truth: The hidden layers have no activation, so the whole network is a linear function of the observation.
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    hidden = layers.Dense(hidden_size)(observation)
    hidden = layers.Dense(hidden_size)(hidden)
    q_values = layers.Dense(n_actions, activation=None)(hidden)
    output = layers.Multiply()([q_values, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
