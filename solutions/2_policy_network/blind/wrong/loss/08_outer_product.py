# believed: columns are needed for the multiplication
# truth: (steps, 1) times (steps,) is a matrix of all pairs, each log-probability meets each return
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -(log_probs.unsqueeze(1) * returns).mean()
