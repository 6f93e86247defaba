# believed: it begins with start
# truth: epsilon rises from end to start
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return start + (end - start) * np.exp(-step / decay)
