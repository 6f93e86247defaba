# believed: losses want a second dimension, as in Keras
# truth: (steps, 1) against (steps,) compares each value with all returns (only a warning)
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -(log_probs * advantages).mean()
    value_loss = F.smooth_l1_loss(values.unsqueeze(1), returns)
    return policy_loss, value_loss
