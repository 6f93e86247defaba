# believed: subtracting the mean is the important half
# truth: the division by the standard deviation is missing
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return returns - returns.mean()
