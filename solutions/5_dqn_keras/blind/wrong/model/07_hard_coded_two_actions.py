# believed: the cart pole has two actions, left and right
# truth: n_actions is ignored in the last layer, so the model breaks for any other number of actions
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    h = layers.Dense(hidden_size, activation="relu")(observation)
    h = layers.Dense(hidden_size, activation="relu")(h)
    q = layers.Dense(2, activation=None)(h)
    output = layers.Multiply()([q, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
