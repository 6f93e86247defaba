# believed: the probability of good actions shall grow, so the probability itself is weighted
# truth: weights the probabilities (exp of log_probs) and not their logarithms
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    probs = torch.exp(log_probs)
    return -(probs * returns).sum()
