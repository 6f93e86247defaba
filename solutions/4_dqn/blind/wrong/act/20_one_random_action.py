# believed: np.where takes from the random action where the row explores
# truth: all exploring rows get the same random action
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    explore = np.random.rand(n) < epsilon
    return np.where(explore, np.random.randint(n_actions), values.argmax(axis=1))
