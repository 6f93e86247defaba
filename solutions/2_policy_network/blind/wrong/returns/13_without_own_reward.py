# believed: G_t starts with the reward of the next step (Sutton & Barto's R_{t+1})
# truth: the reward of the step itself is left out, the last return is 0
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    returns = []
    for t in range(len(rewards)):
        G = 0.0
        for k in range(t + 1, len(rewards)):
            G += gamma ** (k - t - 1) * rewards[k]
        returns.append(G)
    return torch.tensor(returns)
