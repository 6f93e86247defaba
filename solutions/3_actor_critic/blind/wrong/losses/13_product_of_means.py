# believed: the mean of a product is the product of the means
# truth: the mean advantage times the mean log-probability, each action's own advantage is lost
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -advantages.mean() * log_probs.mean()
    value_loss = F.smooth_l1_loss(values, returns)
    return policy_loss, value_loss
