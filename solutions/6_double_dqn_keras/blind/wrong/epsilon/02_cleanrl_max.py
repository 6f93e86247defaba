# believed: CleanRL: max(slope * t + start_e, end_e)
# truth: the slope is end/steps - start instead of (end - start)/steps, a parenthesis is missing
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    slope = end - start / steps
    return max(slope * step + start, end)
