# believed: rewards.reverse() makes a reversed copy
# truth: the caller's list is turned round in place, the text says not to change it
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    rewards.reverse()
    returns = []
    G = 0.0
    for reward in rewards:
        G = reward + gamma * G
        returns.append(G)
    returns.reverse()
    return torch.tensor(returns)
