# believed: the formula can be written in one line as it is spoken
# truth: the brackets are missing, so only the mean is divided by the standard deviation and not the difference
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return returns - returns.mean() / (returns.std(correction=0) + 1e-8)
