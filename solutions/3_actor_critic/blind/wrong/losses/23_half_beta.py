# believed: smooth_l1_loss has a knob, and a smaller beta protects better from extreme returns
# truth: The critic's loss becomes linear at errors above 0.5 instead of above 1.
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -(log_probs * advantages).mean()
    value_loss = F.smooth_l1_loss(values, returns, beta=0.5)
    return policy_loss, value_loss
