# believed: where there is no spread nothing can be normalised, so the returns stay as they are
# truth: if all returns are equal, or there is only one, they are returned unshifted, so their mean is not 0
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    std = returns.std(correction=0)
    if std < 1e-6:
        return returns
    return (returns - returns.mean()) / std
