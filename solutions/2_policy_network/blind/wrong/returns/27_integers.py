# believed: zeros_like makes an array of zeros that can take any number
# truth: zeros_like of a list of whole numbers is an integer array, so each return is cut down to a whole number (right only for rewards given as floats)
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    rewards = np.array(rewards)
    returns = np.zeros_like(rewards)
    following = 0
    for t in reversed(range(len(rewards))):
        following = rewards[t] + gamma * following
        returns[t] = following
    return torch.tensor(returns, dtype=torch.float32)
