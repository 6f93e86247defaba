# believed: the mask is an input of the network, so the network should see it together with the observation
# truth: the Q-values now depend on the mask (a one-hot mask gives other values than a mask of ones), instead of only being multiplied by it
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    both = layers.Concatenate()([observation, mask])
    hidden = layers.Dense(hidden_size, activation="relu")(both)
    hidden = layers.Dense(hidden_size, activation="relu")(hidden)
    q_values = layers.Dense(n_actions)(hidden)
    output = layers.Multiply()([q_values, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
