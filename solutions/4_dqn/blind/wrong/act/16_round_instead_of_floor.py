# believed: a random number times n_actions - 1, rounded, is a random action
# truth: right for two actions, but with more of them the first and the last are only half as likely
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    random_actions = np.round(np.random.rand(n) * (n_actions - 1)).astype(int)
    return np.where(np.random.rand(n) < epsilon, random_actions, values.argmax(axis=1))
