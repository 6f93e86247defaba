# believed: gather(0, ...) takes one value for each row
# truth: it takes rows 0 and 1 of column 0, not the columns of the actions: the values of the first two observations
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = net(observation).gather(0, action.unsqueeze(1)).squeeze(1)
    return F.smooth_l1_loss(chosen, targets)
