# believed: NumPy multiplies each row by its target
# truth: (batch, n_actions) * (batch,) does not fit, or with batch == n_actions multiplies the columns
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = np.eye(n_actions)[action]
    return net.train_on_batch([observation, one_hot], one_hot * targets)
