# believed: a larger advantage should give a larger loss term, the optimizer sorts out the sign
# truth: The minus sign of the actor's loss is missing, so good actions become less likely.
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = (log_probs * advantages).mean()
    value_loss = F.smooth_l1_loss(values, returns)
    return policy_loss, value_loss
