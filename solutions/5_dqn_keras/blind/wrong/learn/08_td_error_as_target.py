# believed: the network learns the TD error, target minus Q
# truth: the output is trained towards y - Q(s, a) instead of y
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = np.eye(n_actions)[action]
    values = net.predict_on_batch([observation, one_hot])
    error = one_hot * targets[:, None] - values
    return net.train_on_batch([observation, one_hot], error)
