# believed: to_categorical knows by itself how many actions there are
# truth: Without n_actions, to_categorical takes the largest action in the batch plus one, so the mask is too narrow whenever the last action does not occur.
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = keras.utils.to_categorical(action)
    return net.train_on_batch([observation, one_hot], one_hot * targets[:, None])
