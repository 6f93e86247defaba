# believed: the division belongs to the whole product
# truth: divides the result of exp(-step) by decay and not the exponent
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * np.exp(-step) / decay
