# believed: the loss of a batch is the sum of its losses
# truth: the mean is asked for; the sum is batch_size times larger
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    return F.smooth_l1_loss(chosen, targets, reduction="sum")
