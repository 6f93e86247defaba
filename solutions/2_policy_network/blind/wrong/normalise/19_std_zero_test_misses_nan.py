# believed: testing for std == 0 covers one return as well
# truth: without correction=0 the std of a single return is nan, nan == 0 is False, the result is nan
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    std = returns.std()
    if std == 0:
        std = torch.tensor(1.0)
    return (returns - returns.mean()) / std
