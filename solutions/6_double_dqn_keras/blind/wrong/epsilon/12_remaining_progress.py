# believed: Stable-Baselines gives the remaining progress from 1 to 0
# truth: the share is turned around twice, so epsilon begins at end and ends at start
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    progress_remaining = 1 - min(step / steps, 1)
    return start + progress_remaining * (end - start)
