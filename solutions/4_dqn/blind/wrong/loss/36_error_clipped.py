# believed: Huber means that errors are clipped to 1 before they are squared
# truth: The error is clipped to 1 before it is squared, so large errors give no gradient at all instead of one of size 1.
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    delta = (values - targets).clamp(-1, 1)
    return (0.5 * delta**2).mean()
