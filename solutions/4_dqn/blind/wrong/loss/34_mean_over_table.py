# believed: masking the other actions with zeros leaves only the errors of the taken ones
# truth: The mean is taken over all actions, zeros included, so the loss is the right one divided by the number of actions.
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)
    taken = F.one_hot(action, values.shape[1])
    return F.smooth_l1_loss(values * taken, targets.unsqueeze(1) * taken)
