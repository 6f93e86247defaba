# believed: one-hot mask on both sides as in unit 5, Huber takes the mean
# truth: the mean runs over all n_actions columns, so the loss is n_actions times too small
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    mask = keras.ops.one_hot(action, net.n_actions)
    return keras.losses.Huber()(mask * targets[:, None], mask * net(observation))
