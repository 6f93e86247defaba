# believed: the formula says log, so the argument must be put through log
# truth: the log of a negative number is nan
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -torch.sum(torch.log(log_probs) * returns)
