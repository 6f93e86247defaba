# believed: as in the tutorial, the function counts the steps itself
# truth: the argument step is ignored, the result depends on how often the function was called
steps_done = 0


def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    global steps_done
    eps_threshold = end + (start - end) * np.exp(-1.0 * steps_done / decay)
    steps_done += 1
    return eps_threshold
