# believed: an action is 0 or 1
# truth: with three actions the third is never explored
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    explore = np.random.rand(n) < epsilon
    return np.where(explore, np.random.randint(0, 2, size=n), values.argmax(axis=1))
