# believed: to explore means to do something else than the greedy action
# truth: The random action is never the greedy one, so the actions are not equally likely.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    greedy = values.argmax(axis=1)
    other = (greedy + np.random.randint(1, n_actions, size=n)) % n_actions
    return np.where(np.random.rand(n) < epsilon, other, greedy)
