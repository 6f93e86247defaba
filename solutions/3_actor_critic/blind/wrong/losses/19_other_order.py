# believed: the critic comes first because the actor needs it
# truth: the actor's loss must come first
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -(advantages * log_probs).mean()
    value_loss = F.smooth_l1_loss(values, returns)
    return value_loss, policy_loss
