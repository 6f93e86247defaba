# believed: the rewards are scaled by 0.01, so the kink should be at 0.01 too
# truth: the text has the kink at 1
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    return F.smooth_l1_loss(chosen, targets, beta=0.01)
