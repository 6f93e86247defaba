# believed: decay from start, but never below end
# truth: start * exp(-t/d) cut at end is another curve
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return max(end, start * np.exp(-step / decay))
