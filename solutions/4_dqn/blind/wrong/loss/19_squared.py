# believed: for small errors the Huber loss is the squared error
# truth: large errors pull without limit, and the factor 1/2 is missing
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    chosen = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    return F.mse_loss(chosen, targets)
