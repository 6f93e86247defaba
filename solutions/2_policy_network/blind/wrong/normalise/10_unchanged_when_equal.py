# believed: if all returns are equal nothing needs to be done
# truth: equal returns (or a single one) come back unshifted, their mean is not 0 and every action is encouraged
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    std = returns.std(correction=0)
    if std == 0:
        return returns
    return (returns - returns.mean()) / std
