# believed: the shapes fit, torch says nothing
# truth: a column minus a row is a (batch, batch) table: every prediction is compared with every target
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = net(observation).gather(1, action.unsqueeze(1))
    delta = chosen - targets
    size = delta.abs()
    return torch.where(size < 1, 0.5 * delta**2, size - 0.5).mean()
