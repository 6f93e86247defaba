# believed: "one number" is a Python number
# truth: `.item()` cuts the connection to the weights, backward is impossible
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return -(log_probs * returns).sum().item()
