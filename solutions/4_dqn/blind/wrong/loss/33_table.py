# believed: values[:, action] takes from each row the column of its action
# truth: values[:, action] is a (batch, batch) table, so each target is compared with the values of all observations.
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    values = net(observation)[:, action]
    return F.smooth_l1_loss(values, targets.expand_as(values))
