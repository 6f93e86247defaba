# believed: the mean over the steps may be taken of each factor
# truth: The actor's loss is the product of two means instead of the mean of the products, so all steps get the same weight.
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = -log_probs.mean() * advantages.mean()
    value_loss = F.smooth_l1_loss(values, returns)
    return policy_loss, value_loss
