# believed: there are two actions, 0 and 1
# truth: The random action is drawn from two actions whatever n_actions is.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    greedy = values.argmax(axis=1)
    return np.where(np.random.rand(n) < epsilon, np.random.randint(2, size=n), greedy)
