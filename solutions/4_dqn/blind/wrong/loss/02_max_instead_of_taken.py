# believed: Q of the action is the largest Q
# truth: compares the greedy action's value, not that of the action taken
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation).max(dim=1).values
    return F.smooth_l1_loss(q, targets)
