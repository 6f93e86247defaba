# believed: I call it once to learn and once to get the loss
# truth: train_on_batch is called twice, so there are two update steps
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = np.eye(n_actions, dtype=np.float32)[action]
    y = one_hot * targets[:, np.newaxis]
    net.train_on_batch([observation, one_hot], y)
    loss = net.train_on_batch([observation, one_hot], y)
    return loss
