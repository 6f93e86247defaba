# believed: the constants are defined in the notebook anyway
# truth: the arguments are ignored, so other settings have no effect
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    eps_start, eps_end, eps_decay = 0.9, 0.05, 1000
    return eps_end + (eps_start - eps_end) * np.exp(-step / eps_decay)
