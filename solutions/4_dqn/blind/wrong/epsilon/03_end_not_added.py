# believed: (start - end) times the exponential
# truth: "end +" is missing: starts too low and falls to 0
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return (start - end) * np.exp(-1.0 * step / decay)
