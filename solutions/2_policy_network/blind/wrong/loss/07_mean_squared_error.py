# believed: a loss is the squared difference of prediction and target
# truth: it fits the log-probabilities to the returns, which has nothing to do with the policy gradient
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    return F.mse_loss(log_probs, returns)
