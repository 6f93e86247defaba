# believed: the loss of a batch is the sum
# truth: sum and not mean
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    return F.smooth_l1_loss(q, targets, reduction="sum")
