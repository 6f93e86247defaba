# believed: the network's output should come close to the target
# truth: both actions' values are pulled to the target of the one that was taken
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    return F.smooth_l1_loss(values, targets.unsqueeze(1).expand_as(values))
