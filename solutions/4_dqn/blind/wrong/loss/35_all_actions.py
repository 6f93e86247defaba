# believed: the target says what the state is worth, so all its Q-values should come closer
# truth: The Q-values of all actions are moved towards the target, not only the one of the action that was taken.
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    return F.smooth_l1_loss(values, targets.unsqueeze(1).expand_as(values))
