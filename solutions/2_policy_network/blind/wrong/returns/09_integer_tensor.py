# believed: zeros_like takes the right type
# truth: for whole-number rewards the tensor is of integers, so the returns are cut to whole numbers
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    r = torch.tensor(rewards)
    returns = torch.zeros_like(r)
    G = 0
    for t in range(len(r) - 1, -1, -1):
        G = r[t] + gamma * G
        returns[t] = G
    return returns
