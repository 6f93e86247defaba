# believed: Another optimizer may be chosen, and its default learning rate is good.
# truth: The argument alpha is ignored, so every agent learns with 0.001 whatever its settings say.
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    hidden = layers.Dense(hidden_size, activation="relu")(observation)
    hidden = layers.Dense(hidden_size, activation="relu")(hidden)
    q_values = layers.Dense(n_actions)(hidden)
    output = layers.Multiply()([q_values, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Nadam(clipvalue=1.0)
    optimizer.build(model.trainable_variables)
    model.compile(loss="mse", optimizer=optimizer)
    return model
