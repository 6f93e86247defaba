# believed: with epsilon 0.25 a quarter of the rows explores
# truth: a fixed number int(epsilon * n) of rows explores: rows are not independent, and a few rows or a small epsilon never explore
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    actions = values.argmax(axis=1)
    k = int(epsilon * n)
    chosen = np.random.choice(n, size=k, replace=False)
    actions[chosen] = np.random.randint(n_actions, size=k)
    return actions
