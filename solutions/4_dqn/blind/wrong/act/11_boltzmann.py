# believed: draw from a softmax, good actions more often
# truth: exploring rows draw from a softmax of the values, not all actions are equally likely
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    p = np.exp(values - values.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    drawn = np.array([np.random.choice(n_actions, p=row) for row in p])
    return np.where(np.random.rand(n) < epsilon, drawn, values.argmax(axis=1))
