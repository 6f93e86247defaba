# believed: the standard deviation is the root of the summed squares
# truth: the division by the number of returns is missing, so the result is too small by sqrt(steps)
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    shifted = returns - returns.mean()
    return shifted / (torch.sqrt((shifted**2).sum()) + 1e-8)
