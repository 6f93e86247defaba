# believed: the reward of step k is worth gamma^k
# truth: the discount counts from the start of the episode, not from the step whose return it is
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    discounted = [gamma**k * reward for k, reward in enumerate(rewards)]
    returns = [sum(discounted[t:]) for t in range(len(rewards))]
    return torch.tensor(returns, dtype=torch.float32)
