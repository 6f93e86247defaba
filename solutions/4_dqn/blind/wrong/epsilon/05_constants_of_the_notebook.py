# believed: EPS_START, EPS_END and EPS_DECAY are the values to use
# truth: the arguments start, end and decay are ignored (and the constants are defined much later)
def epsilon(step, start, end, decay):
    """The probability of a random action after `step` steps."""
    return EPS_END + (EPS_START - EPS_END) * np.exp(-step / EPS_DECAY)
