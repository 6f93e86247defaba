# believed: argmax finds the best action
# truth: argmax without an axis gives one number, an index into the flattened table
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    best = values.argmax()
    return np.where(np.random.rand(n) < epsilon, np.random.randint(n_actions, size=n), best)
