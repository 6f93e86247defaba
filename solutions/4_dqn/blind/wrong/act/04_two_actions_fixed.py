# believed: left and right: 0 and 1
# truth: random actions are always 0 or 1, whatever n_actions is
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    random_actions = np.random.randint(0, 2, size=n)
    return np.where(np.random.rand(n) < epsilon, random_actions, values.argmax(axis=1))
