# believed: fit is how Keras models learn
# truth: fit is slow and splits the batch into pieces of 32, so it makes several update steps instead of one
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = keras.utils.to_categorical(action, n_actions)
    history = net.fit([observation, one_hot], one_hot * targets[:, None], epochs=1, verbose=0)
    return history.history["loss"][0]
