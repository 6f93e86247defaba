# believed: the loss is the mean of advantage times log-probability
# truth: the sign is missing, the optimizer makes good actions less likely
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = (advantages * log_probs).mean()
    value_loss = F.smooth_l1_loss(values, returns)
    return policy_loss, value_loss
