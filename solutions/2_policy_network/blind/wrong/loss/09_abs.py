# believed: a loss must be positive
# truth: the absolute value turns the gradient round whenever the loss is negative
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return abs((-log_probs * returns).sum())
