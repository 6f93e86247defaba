# believed: F.normalize normalises
# truth: F.normalize makes the length (norm) 1, not the standard deviation
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return F.normalize(returns - returns.mean(), dim=0)
