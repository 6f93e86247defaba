# believed: clipping the error to [-1, 1] is the DQN paper's way to the Huber loss
# truth: beyond 1 the clipped error is constant, so large errors have no gradient at all
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    delta = torch.clamp(q - targets, -1, 1)
    return (0.5 * delta**2).mean()
