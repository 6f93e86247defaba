# believed: mask[:, action] = 1 sets the column of the action in each row
# truth: it sets all columns that occur in `action` in all rows, so the mask is full of ones
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    mask = np.zeros((len(action), n_actions))
    mask[:, action] = 1
    y = np.zeros_like(mask)
    y[np.arange(len(action)), action] = targets
    return net.train_on_batch([observation, mask], y)
