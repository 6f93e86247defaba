# believed: the optimizer makes the objective larger
# truth: the minus is missing, good actions become less likely
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return (log_probs * returns).mean()
