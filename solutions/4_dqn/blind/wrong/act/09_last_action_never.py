# believed: the largest action is n_actions - 1
# truth: randint excludes its end, so the last action is never drawn at random
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    explore = np.random.rand(n) < epsilon
    actions = values.argmax(axis=1)
    actions[explore] = np.random.randint(0, n_actions - 1, size=explore.sum())
    return actions
