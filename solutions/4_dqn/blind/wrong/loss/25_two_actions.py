# believed: a is 0 or 1, so a * Q1 + (1 - a) * Q0
# truth: with action 2 this is 2 * Q1 - Q0
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    chosen = (1 - action) * values[:, 0] + action * values[:, 1]
    return F.smooth_l1_loss(chosen, targets)
