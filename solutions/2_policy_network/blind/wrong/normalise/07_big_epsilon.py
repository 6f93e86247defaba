# believed: a tiny number may as well be 0.1
# truth: 0.1 is not tiny: returns with a small spread are not scaled to standard deviation 1
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    mean = returns.mean()
    std = returns.std(correction=0)
    return (returns - mean) / (std + 0.1)
