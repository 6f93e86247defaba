# believed: the log should be undone first
# truth: exp turns the log-probabilities into probabilities; the gradient is that of pi and not of log pi
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -(log_probs.exp() * returns).mean()
