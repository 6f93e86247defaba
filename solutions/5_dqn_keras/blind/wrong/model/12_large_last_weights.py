# believed: a good initialisation is a standard normal distribution for every layer
# truth: the last layer starts with large weights, so the first Q-values are in the hundreds, which the text warns against
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    init = keras.initializers.RandomNormal(mean=0.0, stddev=1.0)
    hidden = layers.Dense(hidden_size, activation="relu", kernel_initializer=init)(observation)
    init = keras.initializers.RandomNormal(mean=0.0, stddev=1.0)
    hidden = layers.Dense(hidden_size, activation="relu", kernel_initializer=init)(hidden)
    init = keras.initializers.RandomNormal(mean=0.0, stddev=1.0)
    q = layers.Dense(n_actions, kernel_initializer=init)(hidden)
    output = layers.Multiply()([q, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
