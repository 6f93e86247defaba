# believed: NumPy is fine as well
# truth: a NumPy array comes back instead of a tensor
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    r = np.asarray(returns)
    return (r - r.mean()) / (r.std() + 1e-8)
