# believed: the two cases as in the formula
# truth: no absolute value: negative errors are always squared
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation)[torch.arange(len(action)), action]
    delta = q - targets
    return torch.where(delta < 1, 0.5 * delta**2, delta - 0.5).mean()
