# believed: end plus start times the exponential
# truth: at step 0 the result is start + end
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + start * np.exp(-step / decay)
