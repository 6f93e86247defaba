# believed: the returns must be normalised before they are used, so the loss does it to be safe
# truth: the loss is -sum G log pi of the returns that it is given; shifted and scaled ones give another loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    returns = (returns - returns.mean()) / (returns.std(correction=0) + 1e-8)
    return -(log_probs * returns).mean()
