# believed: the value loss is weighted with 0.5, as in SB3 and CleanRL
# truth: the critic's loss is half of what the formula gives
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    pg_loss = (-advantages * log_probs).mean()
    v_loss = 0.5 * F.smooth_l1_loss(values, returns)
    return pg_loss, v_loss
