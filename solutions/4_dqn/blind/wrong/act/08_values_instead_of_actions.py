# believed: max gives the best action
# truth: returns the largest Q-value and not its index
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    return np.where(np.random.rand(n) < epsilon, np.random.randint(n_actions, size=n), values.max(axis=1))
