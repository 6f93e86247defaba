# believed: mean squared error is the loss for regression
# truth: not the Huber loss
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    return F.mse_loss(q, targets)
