# believed: randn draws random numbers
# truth: normally distributed numbers: at epsilon 0 half of the rows explore
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    explore = np.random.randn(n) < epsilon
    return np.where(explore, np.random.randint(n_actions, size=n), values.argmax(axis=1))
