# believed: the list of returns is in the right order
# truth: the returns are collected backwards and never reversed
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    returns = []
    G = 0.0
    for reward in reversed(rewards):
        G = reward + gamma * G
        returns.append(G)
    return torch.tensor(returns)
