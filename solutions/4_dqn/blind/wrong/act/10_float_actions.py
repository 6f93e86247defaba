# believed: np.zeros makes an array for the actions
# truth: the actions are floats and not whole numbers
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    actions = np.zeros(n)
    for i in range(n):
        if np.random.rand() < epsilon:
            actions[i] = np.random.randint(n_actions)
        else:
            actions[i] = np.argmax(values[i])
    return actions
