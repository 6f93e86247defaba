# believed: print gives back the result
# truth: nothing is returned
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    eps = end + (start - end) * np.exp(-step / decay)
    print(eps)
