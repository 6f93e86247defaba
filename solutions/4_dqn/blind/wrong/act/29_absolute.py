# believed: the action with the largest value is the one of the largest size
# truth: argmax of the absolute values: with negative values it takes the worst action
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    explore = np.random.rand(n) < epsilon
    return np.where(explore, np.random.randint(n_actions, size=n), np.abs(values).argmax(axis=1))
