# believed: Q-learning moves Q only by alpha towards the target
# truth: the target is mixed with the old Q-value, so the network learns towards a tenth of the way (the optimizer already has a learning rate)
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = np.eye(n_actions)[action]
    old = net.predict_on_batch([observation, one_hot])
    alpha = 0.1
    new = old + alpha * (one_hot * targets[:, None] - old)
    return net.train_on_batch([observation, one_hot], new)
