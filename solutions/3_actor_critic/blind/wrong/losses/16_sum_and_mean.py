# believed: sum and mean are both right
# truth: a sum for the actor and a mean for the critic: the critic's loss hardly counts
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -(advantages * log_probs).sum()
    value_loss = F.smooth_l1_loss(values, returns)
    return policy_loss, value_loss
