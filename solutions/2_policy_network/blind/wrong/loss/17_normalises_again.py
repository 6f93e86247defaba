# believed: to be on the safe side the returns are normalised in the loss
# truth: the formula uses the given returns; unnormalised ones give another loss
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    advantage = (returns - returns.mean()) / (returns.std(correction=0) + 1e-8)
    return -(log_probs * advantage).mean()
