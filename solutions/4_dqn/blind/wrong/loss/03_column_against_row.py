# believed: gather gives the values
# truth: (batch, 1) against (batch,) is broadcast to a table, each value is compared with all targets
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation).gather(1, action.unsqueeze(1))
    return F.smooth_l1_loss(q, targets)
