# believed: the mean of a product is the product of the means
# truth: multiplies the mean log-probability by the mean return, which is 0 after normalise
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -log_probs.mean() * returns.mean()
