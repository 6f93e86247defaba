# believed: the mask takes care of the other actions, so the target may stand in every column
# truth: The wanted output holds the target in every column, so the outputs that the mask sets to 0 add their squared target to the loss.
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = keras.utils.to_categorical(action, n_actions)
    wanted = np.repeat(targets[:, None], n_actions, axis=1)
    return net.train_on_batch([observation, one_hot], wanted)
