# believed: keep the weights small, and zero is the smallest, so I use zeros in all layers
# truth: with zero weights in the hidden layers every ReLU is 0 with no gradient, so only the last bias can ever learn
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    def dense(units, activation=None):
        return layers.Dense(units, activation=activation, kernel_initializer="zeros")

    hidden = dense(hidden_size, "relu")(observation)
    hidden = dense(hidden_size, "relu")(hidden)
    output = layers.Multiply()([dense(n_actions)(hidden), mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
