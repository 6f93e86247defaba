# believed: the returns are normalised here (PyTorch's reinforce.py does it in the same function)
# truth: normalising is the next exercise; these are no longer the returns
eps = np.finfo(np.float32).eps.item()


def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    R = 0
    returns = []
    for r in rewards[::-1]:
        R = r + gamma * R
        returns.insert(0, R)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std() + eps)
    return returns
