# believed: written out by hand from the formula
# truth: abs is missing: errors below -1 are taken for small ones and squared
def losses(log_probs, advantages, values, returns):
    """The loss of the policy and the loss of the critic, a tensor with a single number each."""
    delta = values - returns
    huber = torch.where(delta < 1, 0.5 * delta**2, delta - 0.5)
    return -(advantages * log_probs).mean(), huber.mean()
