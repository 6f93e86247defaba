# believed: an episode is as good as its whole return, G_0
# truth: every step is weighted with the return of the first step instead of its own
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -(log_probs * returns[0]).sum()
