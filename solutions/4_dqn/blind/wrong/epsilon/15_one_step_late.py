# believed: the first step has number 1
# truth: uses step + 1: at step 0 the result is not start
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * np.exp(-(step + 1) / decay)
