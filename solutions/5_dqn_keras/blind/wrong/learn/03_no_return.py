# believed: the network has learned, that is all
# truth: the loss is not returned
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = np.eye(n_actions)[action]
    loss = net.train_on_batch([observation, one_hot], one_hot * targets[:, None])
