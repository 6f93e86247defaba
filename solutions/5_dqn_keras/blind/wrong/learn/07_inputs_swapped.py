# believed: the order of the inputs does not matter to Keras
# truth: the mask is given as the observation and the observation as the mask
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    mask = np.eye(n_actions)[action]
    return net.train_on_batch([mask, observation], mask * targets.reshape(-1, 1))
