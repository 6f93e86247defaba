# believed: the modulo keeps step inside the interval
# truth: after `steps` epsilon jumps back to start (a sawtooth) instead of staying at end
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    share = (step % steps) / steps
    return start + share * (end - start)
