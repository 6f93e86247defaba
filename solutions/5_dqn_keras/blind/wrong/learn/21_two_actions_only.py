# believed: The one-hot encoding is 1 - action and action.
# truth: This is right for two actions only; with three the mask has the wrong width.
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = np.stack([1 - action, action], axis=1).astype(np.float32)
    return net.train_on_batch([observation, one_hot], one_hot * targets[:, None])
