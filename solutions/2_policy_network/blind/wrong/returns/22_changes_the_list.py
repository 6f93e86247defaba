# believed: list.reverse() gives me the list backwards
# truth: rewards.reverse() turns the caller's list around; the text says not to change it
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    rewards.reverse()
    returns = []
    following = 0.0
    for reward in rewards:
        following = reward + gamma * following
        returns.insert(0, following)
    return torch.tensor(returns)
