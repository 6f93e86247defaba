# believed: it is wiser to explore good actions more often
# truth: random actions are drawn by softmax of the values, not all equally likely
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    p = np.exp(values - values.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    drawn = (p.cumsum(axis=1) < np.random.rand(n, 1)).sum(axis=1).clip(max=n_actions - 1)
    return np.where(np.random.rand(n) < epsilon, drawn, values.argmax(axis=1))
