# believed: beta is a matter of taste
# truth: with beta=0.1 the loss turns linear above 0.1 instead of 1 (and the branch is |e| - 0.05)
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -(log_probs * advantages).mean()
    value_loss = F.smooth_l1_loss(values, returns, beta=0.1)
    return policy_loss, value_loss
