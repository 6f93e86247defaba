# believed: CleanRL's linear schedule is simpler
# truth: decays in a straight line and not exponentially
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    slope = (end - start) / decay
    return max(slope * step + start, end)
