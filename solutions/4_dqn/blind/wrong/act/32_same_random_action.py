# believed: np.where draws a new random action wherever it needs one
# truth: One random action is drawn and used for all rows that explore.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    greedy = values.argmax(axis=1)
    return np.where(np.random.rand(n) < epsilon, np.random.randint(n_actions), greedy)
