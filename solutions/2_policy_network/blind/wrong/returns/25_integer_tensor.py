# believed: zeros_like gives me the right length and type
# truth: with integer rewards the tensor holds integers and the returns are cut off
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    rewards = torch.tensor(rewards)
    returns = torch.zeros_like(rewards)
    following = 0
    for t in reversed(range(len(rewards))):
        following = rewards[t] + gamma * following
        returns[t] = following
    return returns
