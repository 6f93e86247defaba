# believed: gather along the first dimension
# truth: takes rows 0 and 1 of the batch instead of the columns of the actions
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation).gather(0, action.unsqueeze(0)).squeeze(0)
    return F.smooth_l1_loss(q, targets)
