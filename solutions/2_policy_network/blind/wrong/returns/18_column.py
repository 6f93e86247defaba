# believed: a column is the usual shape
# truth: the shape is (steps, 1) instead of (steps,)
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    returns = torch.zeros(len(rewards), 1)
    G = 0.0
    for t in reversed(range(len(rewards))):
        G = rewards[t] + gamma * G
        returns[t, 0] = G
    return returns
