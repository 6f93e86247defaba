# believed: The mask of ones lets everything through, and the targets are zero where nothing is to be learned.
# truth: With a mask of ones the other outputs are pulled towards 0; the mask must be the one-hot encoding.
def learn(net, observation, action, targets):
    """Move Q(s, a) of the actions taken towards the targets; return the loss."""
    n_actions = net.output_shape[-1]
    one_hot = keras.utils.to_categorical(action, n_actions)
    return net.train_on_batch([observation, np.ones_like(one_hot)], one_hot * targets[:, None])
