# believed: a single number is what item() gives
# truth: Python floats have no gradient
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -(log_probs * advantages).mean()
    value_loss = F.smooth_l1_loss(values, returns)
    return policy_loss.item(), value_loss.item()
