# believed: backward adds up by itself
# truth: sum or mean is missing, a vector (steps,) is returned
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -log_probs * returns
