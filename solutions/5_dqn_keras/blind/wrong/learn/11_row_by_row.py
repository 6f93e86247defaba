# believed: I go through the batch and learn from each step
# truth: makes `batch` update steps with one row each instead of one update step with the batch
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    losses = []
    for row in range(len(action)):
        mask = np.zeros((1, n_actions))
        mask[0, action[row]] = 1
        losses.append(net.train_on_batch([observation[row : row + 1], mask], mask * targets[row]))
    return np.mean(losses)
