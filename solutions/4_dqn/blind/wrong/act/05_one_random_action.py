# believed: randint draws the random action
# truth: all exploring rows get the same random action (size is missing)
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    return np.where(np.random.rand(n) < epsilon, np.random.randint(n_actions), values.argmax(axis=1))
