# believed: a dropout layer never hurts and prevents overfitting
# truth: train_on_batch learns from randomly dropped hidden units; the text asks for two Dense layers and nothing between
def build_model(n_actions=2, hidden_size=128, alpha=4e-3):
    """A compiled Q-network: [observation (batch, 4), mask (batch, n_actions)] to masked Q-values."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((n_actions,), name="action_mask")
    hidden = layers.Dense(hidden_size, activation="relu")(observation)
    hidden = layers.Dropout(0.2)(hidden)
    hidden = layers.Dense(hidden_size, activation="relu")(hidden)
    hidden = layers.Dropout(0.2)(hidden)
    q = layers.Dense(n_actions)(hidden)
    output = layers.Multiply()([q, mask])
    model = keras.Model(inputs=[observation, mask], outputs=output)
    optimizer = keras.optimizers.Adam(learning_rate=alpha, clipvalue=1.0)
    optimizer.build(model.trainable_variables)  # built now, so TensorFlow compiles less later
    model.compile(loss="mse", optimizer=optimizer)
    return model
