# believed: cosine schedules are the modern way to interpolate
# truth: half a cosine wave is no straight line; right only at 0, in the middle and at the end
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = min(step / steps, 1)
    return end + 0.5 * (start - end) * (1 + np.cos(np.pi * share))
