# believed: the return belongs to the action one step before
# truth: each log-probability is multiplied with the return of the next step, and one step is lost
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -(log_probs[:-1] * returns[1:]).sum()
