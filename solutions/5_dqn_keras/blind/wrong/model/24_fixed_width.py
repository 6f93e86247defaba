# believed: the text says Dense 128, so the layers have 128 units
# truth: The hidden layers always have 128 units and ignore the argument hidden_size.
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    hidden = layers.Dense(128, activation="relu")(observation)
    hidden = layers.Dense(128, activation="relu")(hidden)
    q_values = layers.Dense(n_actions)(hidden)
    output = layers.Multiply()([q_values, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
