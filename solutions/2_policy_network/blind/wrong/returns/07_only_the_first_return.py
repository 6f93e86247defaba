# believed: the return of an episode is one number
# truth: only G_0 is returned, shape () instead of (steps,)
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    G = 0.0
    for reward in reversed(rewards):
        G = reward + gamma * G
    return torch.tensor(G)
