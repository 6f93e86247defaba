# believed: the recursion can be run from the first step on
# truth: going forwards it sums up the rewards of the past and not those to come
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    returns = []
    G = 0.0
    for reward in rewards:
        G = reward + gamma * G
        returns.append(G)
    return torch.tensor(returns, dtype=torch.float32)
