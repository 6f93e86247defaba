# believed: predict is how one asks a Keras model
# truth: uses predict, a hundred times slower; the text insists on predict_on_batch
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    q = net.predict([observation, np.ones((n, n_actions))], verbose=0)
    actions = np.argmax(q, axis=1)
    explore = np.random.rand(n) < epsilon
    actions[explore] = np.random.randint(n_actions, size=explore.sum())
    return actions
