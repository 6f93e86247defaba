# believed: a regression means mean squared error
# truth: mse_loss is quadratic everywhere and twice as large below 1
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    return -(log_probs * advantages).mean(), F.mse_loss(values, returns)
