# believed: after decay steps the decay is over
# truth: the exponent stops at -1, so epsilon never comes near end
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return end + (start - end) * np.exp(-min(step, decay) / decay)
