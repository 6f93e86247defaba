# believed: -= and /= are only shorter ways of writing it
# truth: changes the given tensor in place
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    returns -= returns.mean()
    returns /= returns.std(correction=0) + 1e-8
    return returns
