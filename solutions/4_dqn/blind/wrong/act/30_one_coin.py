# believed: with probability epsilon the agent explores, otherwise it acts greedily
# truth: One coin is thrown for all rows, so either all rows explore or none.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    if np.random.rand() < epsilon:
        return np.random.randint(n_actions, size=n)
    return values.argmax(axis=1)
