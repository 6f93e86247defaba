# believed: the mask does the masking, so the output may hold the target in each column
# truth: the text asks for 0 at the other actions; the gradient is the same, but the loss has an error y squared for each action not taken
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    mask = keras.utils.to_categorical(action, n_actions)
    y = np.repeat(targets[:, None], n_actions, axis=1)
    return net.train_on_batch([observation, mask], y)
