# believed: standard normal weights are the usual way to initialise a layer
# truth: The weights of the last layer are drawn with standard deviation 1, so the first Q-values are far from small.
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    hidden = layers.Dense(hidden_size, activation="relu")(observation)
    hidden = layers.Dense(hidden_size, activation="relu")(hidden)
    normal = keras.initializers.RandomNormal(mean=0.0, stddev=1.0)
    q_values = layers.Dense(n_actions, kernel_initializer=normal)(hidden)
    output = layers.Multiply()([q_values, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
