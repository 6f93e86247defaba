# believed: an episode's log-probabilities are summed in REINFORCE, and the regression is a mean
# truth: The actor's loss is a sum over the steps while the critic's loss is a mean.
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -(log_probs * advantages).sum()
    value_loss = F.smooth_l1_loss(values, returns)
    return policy_loss, value_loss
