# believed: a loss must be positive, so the size of the products is taken
# truth: takes the absolute value of the products, so actions with a negative return are encouraged, too
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return (log_probs * returns).abs().sum()
