# believed: every action gets the return of the whole episode
# truth: returns[0] is used for all steps instead of each step's own return
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -log_probs.sum() * returns[0]
