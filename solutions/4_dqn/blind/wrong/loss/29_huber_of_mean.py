# believed: the mean error of the batch goes into the Huber loss
# truth: errors of opposite signs cancel; the mean of the losses is asked for
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    delta = (chosen - targets).mean()
    return F.smooth_l1_loss(delta, torch.zeros_like(delta))
