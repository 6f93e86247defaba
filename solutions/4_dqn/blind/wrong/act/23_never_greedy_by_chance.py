# believed: a random action must differ from the greedy one, or it explores nothing
# truth: all actions must be equally likely, the greedy one too; the greedy action is now played with 1 - epsilon only
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    greedy = values.argmax(axis=1)
    explore = np.random.rand(n) < epsilon
    other = (greedy + np.random.randint(1, n_actions, size=n)) % n_actions
    return np.where(explore, other, greedy)
