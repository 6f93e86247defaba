# believed: the other outputs are masked, so they do not change the mean
# truth: The mean is taken over all outputs instead of over the batch, so the loss is divided by n_actions once more.
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    one_hot = keras.ops.one_hot(action, values.shape[-1])
    return keras.losses.Huber()(one_hot * targets[:, None], one_hot * values)
