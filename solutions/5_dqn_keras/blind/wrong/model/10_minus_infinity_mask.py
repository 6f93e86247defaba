# believed: masking means a very negative number for the forbidden actions, as in transformers and in MaskablePPO
# truth: masked outputs are about -1e9 instead of 0, so the squared error against 0 explodes
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    x = layers.Dense(hidden_size, activation="relu")(observation)
    x = layers.Dense(hidden_size, activation="relu")(x)
    q = layers.Dense(n_actions)(x)
    penalty = layers.Rescaling(scale=1e9, offset=-1e9)(mask)  # 0 where mask is 1, -1e9 elsewhere
    output = layers.Add()([q, penalty])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
