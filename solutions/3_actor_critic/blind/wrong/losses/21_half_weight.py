# believed: papers weight the critic's loss with 0.5
# truth: L_V has no such factor: the critic's loss is half of what the text says
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -(advantages * log_probs).mean()
    value_loss = 0.5 * F.smooth_l1_loss(values, returns)
    return policy_loss, value_loss
