# believed: Keras style: multiply with a one-hot mask and compare
# truth: the mean also counts the zeros of the actions not taken, the loss is too small by the factor n_actions
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    mask = F.one_hot(action, values.shape[1])
    return F.smooth_l1_loss(values * mask, targets.unsqueeze(1) * mask)
