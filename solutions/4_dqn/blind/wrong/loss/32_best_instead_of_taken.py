# believed: the agent takes the best action, so Q(s, a) is the maximum
# truth: The largest Q-value of each row is compared instead of the one of the action that was taken.
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation).max(dim=1).values
    return F.smooth_l1_loss(values, targets)
