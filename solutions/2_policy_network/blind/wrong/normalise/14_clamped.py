# believed: large advantages are dangerous, so they are clipped to [-1, 1]
# truth: clipping changes mean and standard deviation of the result
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    z = (returns - returns.mean()) / (returns.std(correction=0) + 1e-8)
    return z.clamp(-1, 1)
