# believed: the parameter delta of huber_loss is the learning rate of the errors, so take a small one
# truth: delta=0.1: linear beyond 0.1 and with slope 0.1
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    q = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    return F.huber_loss(q, targets, delta=0.1)
