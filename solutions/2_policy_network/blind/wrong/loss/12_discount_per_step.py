# believed: Sutton & Barto's algorithm has gamma**t in the update
# truth: the text leaves the factor gamma**t out, and here t even runs over the whole batch
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    gamma_t = 0.99 ** torch.arange(len(returns))
    return -(gamma_t * returns * log_probs).sum()
