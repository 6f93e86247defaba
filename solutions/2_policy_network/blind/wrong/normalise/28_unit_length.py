# believed: F.normalize does the scaling
# truth: divides by the length of the vector (the root of the sum of squares) instead of the standard deviation, so the result is too small by the root of the number of steps
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    return F.normalize(returns - returns.mean(), dim=0)
