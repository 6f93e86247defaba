# believed: argmax gives the best action.
# truth: argmax without an axis counts through the flattened table: right for one cart pole only, with n rows all get one number, which may not even be an action.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    random_actions = np.random.randint(n_actions, size=n)
    return np.where(np.random.rand(n) < epsilon, random_actions, values.argmax())
