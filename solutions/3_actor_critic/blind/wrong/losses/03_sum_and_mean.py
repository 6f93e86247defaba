# believed: sums or means, both are fine
# truth: the policy's loss is a sum and the critic's a mean, the critic hardly counts
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -(log_probs * advantages).sum()
    value_loss = F.smooth_l1_loss(values, returns)
    return policy_loss, value_loss
