# believed: to_categorical finds out the number of actions by itself
# truth: it takes max(action) + 1 columns, so it breaks when the last action is not in the batch
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = keras.utils.to_categorical(action)
    return net.train_on_batch([observation, one_hot], one_hot * targets[:, None])
