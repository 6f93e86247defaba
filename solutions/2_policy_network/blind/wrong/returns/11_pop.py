# believed: pop() takes the last reward, that is the way to go backwards
# truth: the caller's list is empty afterwards
def discounted_returns(rewards, gamma=0.99):
    """The discounted return of each step, a float tensor of shape (len(rewards),)."""
    returns, G = [], 0.0
    while rewards:
        G = rewards.pop() + gamma * G
        returns.append(G)
    return torch.tensor(returns[::-1], dtype=torch.float32)
