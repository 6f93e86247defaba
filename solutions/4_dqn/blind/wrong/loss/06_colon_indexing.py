# believed: net(observation)[:, action] takes the column of the action in each row
# truth: gives all columns for all rows, shape (batch, batch)
def q_loss(net, observation, action, targets):
    """Mean Huber loss of Q(s, a) against the targets, a tensor with a single number."""
    return F.smooth_l1_loss(net(observation)[:, action], targets)
