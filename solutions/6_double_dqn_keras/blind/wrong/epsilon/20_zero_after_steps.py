# believed: Outside the interval the interpolation gives 0, or one asks for it.
# truth: After `steps` epsilon must stay at end, not fall to 0.
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return np.interp(step, [0, steps], [start, end], right=0.0)
