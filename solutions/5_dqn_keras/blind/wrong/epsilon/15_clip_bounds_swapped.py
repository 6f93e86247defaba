# believed: np.clip keeps the value between start and end
# truth: clip wants the lower bound first; with start > end it always returns `end`
def epsilon(step, start, end, steps):
    """The probability of a random action after `step` steps."""
    return float(np.clip(start + (end - start) * step / steps, start, end))
