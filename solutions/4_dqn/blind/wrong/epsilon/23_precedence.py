# believed: -step / decay in the exponent, the rest in brackets
# truth: the brackets are wrong: start - end * exp(...) rises instead of falling towards end
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end * np.exp(-step / decay))
