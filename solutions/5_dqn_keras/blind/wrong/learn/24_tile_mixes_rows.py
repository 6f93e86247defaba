# believed: np.tile and reshape make a column of targets for each action
# truth: np.tile(...).reshape(-1, n_actions) fills the rows with the targets of other rows, so each action learns from a wrong step's target.
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = keras.utils.to_categorical(action, n_actions)
    wanted = np.tile(targets, n_actions).reshape(-1, n_actions) * one_hot
    return net.train_on_batch([observation, one_hot], wanted)
