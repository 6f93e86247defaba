# believed: a list of floats is as good as a tensor
# truth: a Python list is returned; `.float()` and the shape are missing
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    result = []
    following = 0.0
    for reward in reversed(rewards):
        following = reward + gamma * following
        result.append(following)
    return result[::-1]
