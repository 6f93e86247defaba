# believed: the picture says 128, so the layers have 128 units
# truth: hidden_size is ignored, so build_model(hidden_size=32) still has 128 units
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    h = layers.Dense(128, activation="relu")(observation)
    h = layers.Dense(128, activation="relu")(h)
    q = layers.Dense(n_actions)(h)
    output = layers.Multiply()([q, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
