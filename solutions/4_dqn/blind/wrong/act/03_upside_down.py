# believed: as in the tutorial: sample > eps_threshold
# truth: the condition is the other way round, random with probability 1 - epsilon
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    sample = np.random.rand(n)
    return np.where(sample > epsilon, np.random.randint(n_actions, size=n), values.argmax(axis=1))
