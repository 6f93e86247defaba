# believed: above 1 the loss is |delta|
# truth: the -1/2 is missing: the loss jumps at |delta| = 1 (the gradient is right, the number is not)
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    delta = chosen - targets
    size = delta.abs()
    return torch.where(size < 1, 0.5 * delta**2, size).mean()
