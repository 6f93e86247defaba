# believed: log-probabilities are negative and must be made positive first
# truth: the two minus signs cancel, the sign of the loss is wrong
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    negative_log_likelihood = -log_probs
    objective = (negative_log_likelihood * returns).mean()
    return -objective
