# believed: fit with one epoch is the same as train_on_batch
# truth: It calls fit instead of train_on_batch, so a large batch is cut into batches of 32 with several update steps, and every call is slow.
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = keras.utils.to_categorical(action, n_actions)
    history = net.fit([observation, one_hot], one_hot * targets[:, None], epochs=1, verbose=0)
    return history.history["loss"][0]
