# believed: targets should be normalised like the returns in unit 2
# truth: the values learn normalised targets of the batch, not the targets
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    targets = (targets - targets.mean()) / (targets.std() + 1e-8)
    return F.smooth_l1_loss(q, targets)
