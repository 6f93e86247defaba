# believed: the sum of products is the product of the sums
# truth: the steps are not multiplied one by one; with normalised returns the loss is always 0
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -log_probs.sum() * returns.sum()
