# believed: epsilon decides whether the action is random, so return that
# truth: returns a random true or false and not the probability
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    eps_threshold = end + (start - end) * np.exp(-step / decay)
    return np.random.rand() < eps_threshold
