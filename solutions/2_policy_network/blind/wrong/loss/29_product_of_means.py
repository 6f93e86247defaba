# believed: the mean of the products is the product of the means
# truth: multiplies the two means instead of step by step (and with normalised returns this is always 0)
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -log_probs.mean() * returns.mean()
