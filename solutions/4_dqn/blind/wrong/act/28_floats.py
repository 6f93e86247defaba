# believed: where with random floats rounded down
# truth: the actions are floats (0.0, 1.0), whole numbers are asked for
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    explore = np.random.rand(n) < epsilon
    return np.where(explore, np.floor(np.random.rand(n) * n_actions), values.argmax(axis=1))
