# believed: the function should return the loss, so test_on_batch
# truth: test_on_batch computes the loss but does not learn
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = keras.utils.to_categorical(action, n_actions)
    return net.test_on_batch([observation, one_hot], one_hot * targets[:, None])
