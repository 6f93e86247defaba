# believed: linspace gives the equal parts, and the index stops at the last one
# truth: `steps` points have only steps - 1 parts, so `end` is reached one step too early and every value before is a little too small
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    line = np.linspace(start, end, steps)
    return float(line[min(step, steps - 1)])
