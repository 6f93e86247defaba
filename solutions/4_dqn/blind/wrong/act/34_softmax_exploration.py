# believed: exploring should prefer better actions, so it draws from a softmax
# truth: An exploring row draws from the softmax of its Q-values instead of all actions with the same probability.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    weights = np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)
    drawn = (weights.cumsum(axis=1) < np.random.rand(n, 1)).sum(axis=1)
    greedy = values.argmax(axis=1)
    return np.where(np.random.rand(n) < epsilon, np.minimum(drawn, n_actions - 1), greedy)
