# believed: the mask is only an input for Keras, the output is the last Dense layer
# truth: the outputs are never multiplied by the mask, so the mask has no effect at all
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    x = layers.Dense(hidden_size, activation="relu")(observation)
    x = layers.Dense(hidden_size, activation="relu")(x)
    output = layers.Dense(n_actions)(x)
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
