# believed: first the mean error, then the formula
# truth: errors of different sign cancel before the Huber function sees them
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    delta = (q - targets).mean()
    return 0.5 * delta**2 if delta.abs() < 1 else delta.abs() - 0.5
