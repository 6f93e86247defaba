# believed: all outputs must be seen, so a mask of ones as before
# truth: the actions that were not taken learn the value 0
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = np.eye(n_actions)[action]
    return net.train_on_batch([observation, np.ones_like(one_hot)], one_hot * targets[:, None])
