# believed: the diagram says ReLU so I give it to all Dense layers
# truth: the last layer has a ReLU, so Q-values can never be negative (and an output can die)
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    x = observation
    for units in (hidden_size, hidden_size, n_actions):
        x = layers.Dense(units, activation="relu")(x)
    output = layers.Multiply()([x, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
