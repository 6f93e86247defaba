# believed: Mnih et al. clip the error to -1 ... 1, then square it
# truth: outside of 1 the clipped error is constant, its gradient is zero: large errors do not pull at all
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    delta = (chosen - targets).clamp(-1, 1)
    return (0.5 * delta**2).mean()
