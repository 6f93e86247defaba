# believed: one random number per row is enough: it decides whether and what
# truth: the number below epsilon is scaled to an action, so with small epsilon it is always action 0
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    u = np.random.rand(n)
    return np.where(u < epsilon, (u * n_actions).astype(int), values.argmax(axis=1))
