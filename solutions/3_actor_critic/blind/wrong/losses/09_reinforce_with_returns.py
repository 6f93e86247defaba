# believed: REINFORCE: log-probability times return
# truth: the actor's loss uses the returns, the critic is useless as a baseline
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    policy_loss = (-log_probs * returns).mean()
    value_loss = F.smooth_l1_loss(values, returns)
    return policy_loss, value_loss
