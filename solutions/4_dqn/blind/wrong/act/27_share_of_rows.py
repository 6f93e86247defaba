# believed: with probability epsilon means that a share of epsilon of the rows explores
# truth: round(epsilon * n) rows explore, exactly; a row alone (n = 1) never explores with epsilon below one half
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).cpu().numpy()
    n, n_actions = values.shape
    actions = values.argmax(axis=1)
    rows = np.random.permutation(n)[: round(epsilon * n)]
    actions[rows] = np.random.randint(n_actions, size=len(rows))
    return actions
