# believed: sort by the random numbers and take the first ones as explorers
# truth: the actions come back in the order of the draw and not in the order of the rows
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    explore = np.random.rand(n) < epsilon
    greedy = values.argmax(axis=1)
    return np.concatenate([np.random.randint(n_actions, size=explore.sum()), greedy[~explore]])
