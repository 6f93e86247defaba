# believed: the action taken is the one with the largest value
# truth: exploring steps took another action; the value of the action in the batch must be compared
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    return F.smooth_l1_loss(values.max(dim=1).values, targets)
