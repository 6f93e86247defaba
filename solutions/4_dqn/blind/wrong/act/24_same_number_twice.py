# believed: the random number that decides can also choose the action
# truth: a row explores only if u < epsilon, and then floor(u * n_actions) is mostly 0: not equally likely
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    u = np.random.rand(n)
    return np.where(u < epsilon, np.floor(u * n_actions).astype(int), values.argmax(axis=1))
