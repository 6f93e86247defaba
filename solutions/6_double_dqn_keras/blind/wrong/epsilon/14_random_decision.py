# believed: epsilon says whether the action is random, so return true or false
# truth: returns the outcome of a coin instead of the probability
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return np.random.rand() < np.interp(step, [0, steps], [start, end])
