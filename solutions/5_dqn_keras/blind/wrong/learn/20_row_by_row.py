# believed: Each step has its own target, so the network learns one after the other.
# truth: That is one optimizer step for each row instead of one for the batch, and the loss is only the last row's.
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = np.eye(n_actions)[action]
    for row in range(len(action)):
        mask = one_hot[row : row + 1]
        loss = net.train_on_batch([observation[row : row + 1], mask], mask * targets[row])
    return loss
