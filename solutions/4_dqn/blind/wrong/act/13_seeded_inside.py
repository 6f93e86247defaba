# believed: a seed makes experiments reproducible
# truth: the same random numbers at every call: the same rows explore with the same actions for ever
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    rng = np.random.default_rng(0)
    explore = rng.random(n) < epsilon
    return np.where(explore, rng.integers(n_actions, size=n), values.argmax(axis=1))
