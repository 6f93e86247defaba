# believed: epsilon is reduced a little on every call
# truth: it depends on the number of calls instead of on step, and all agents share it
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    epsilon.value = max(end, getattr(epsilon, "value", start) - (start - end) / steps)
    return epsilon.value
