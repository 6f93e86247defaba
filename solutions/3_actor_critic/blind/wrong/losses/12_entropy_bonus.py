# believed: an entropy term keeps the policy exploring, A2C has it too
# truth: the policy's loss has a term (and a gradient) that the formula does not have
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    entropy = -(log_probs.exp() * log_probs).mean()
    policy_loss = -(log_probs * advantages).mean() - 0.01 * entropy
    value_loss = F.smooth_l1_loss(values, returns)
    return policy_loss, value_loss
