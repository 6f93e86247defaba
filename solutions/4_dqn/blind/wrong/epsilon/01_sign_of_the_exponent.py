# believed: e to the power step / decay
# truth: the minus is missing, epsilon grows without end
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * np.exp(step / decay)
