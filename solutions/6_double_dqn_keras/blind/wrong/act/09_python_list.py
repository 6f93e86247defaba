# believed: a list of actions is as good as an array
# truth: a list is returned, the text asks for an array
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    actions = []
    for row in values:
        if random.random() < epsilon:
            actions.append(random.randrange(n_actions))
        else:
            actions.append(int(row.argmax()))
    return actions
