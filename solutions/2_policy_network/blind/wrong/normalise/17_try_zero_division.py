# believed: a division by zero raises ZeroDivisionError
# truth: tensors give nan and no exception, so the except branch is never reached
def normalise(returns):
    """Returns with mean 0 and standard deviation 1, same shape."""
    try:
        return (returns - returns.mean()) / returns.std(correction=0)
    except ZeroDivisionError:
        return torch.zeros_like(returns)
