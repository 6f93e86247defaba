# believed: with probability epsilon means that the share epsilon of the rows is random
# truth: always exactly int(epsilon * n) rows explore, so a single cart pole never explores (and 0.03 * 20 rows neither)
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    actions = values.argmax(axis=1)
    rows = np.random.choice(n, size=int(epsilon * n), replace=False)
    actions[rows] = np.random.randint(n_actions, size=len(rows))
    return actions
