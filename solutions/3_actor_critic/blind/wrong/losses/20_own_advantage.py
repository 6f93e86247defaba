# believed: the advantage is returns - values, I can compute it here
# truth: the actor's loss ignores the given advantages and sends its gradient into the critic
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -((returns - values) * log_probs).mean()
    value_loss = F.smooth_l1_loss(values, returns)
    return policy_loss, value_loss
