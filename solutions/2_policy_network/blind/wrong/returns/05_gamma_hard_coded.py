# believed: gamma is 0.99
# truth: the argument gamma is ignored
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    returns = torch.zeros(len(rewards))
    G = 0.0
    for t in reversed(range(len(rewards))):
        G = rewards[t] + 0.99 * G
        returns[t] = G
    return returns
