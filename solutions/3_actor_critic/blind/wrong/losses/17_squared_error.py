# believed: a regression has squared errors
# truth: the critic's loss is smooth_l1_loss, linear for errors above 1 and with the factor 1/2 below
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -(advantages * log_probs).mean()
    value_loss = F.mse_loss(values, returns)
    return policy_loss, value_loss
