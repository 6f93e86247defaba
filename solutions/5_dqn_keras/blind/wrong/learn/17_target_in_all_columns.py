# believed: The mask makes the other outputs 0, so it does not matter what stands in the wanted output there.
# truth: The wanted output must be 0 at the other actions: the gradient is right, but the loss that is returned counts their targets as errors.
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = np.eye(n_actions)[action]
    wanted = np.repeat(targets[:, None], n_actions, axis=1)
    return net.train_on_batch([observation, one_hot], wanted)
