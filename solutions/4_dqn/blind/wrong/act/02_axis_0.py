# believed: axis=0 runs along the actions
# truth: argmax over the rows: n_actions numbers, each the row with the largest value
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    greedy = values.argmax(axis=0)
    explore = np.random.rand(n) < epsilon
    return np.where(explore, np.random.randint(n_actions, size=n), greedy)
