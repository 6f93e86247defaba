# believed: the log-probabilities are the log of the network's output
# truth: shape (n, n_actions): the logarithms of all actions and not only those of the actions drawn
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.as_tensor(observation, dtype=torch.float32))
    actions = Categorical(probs).sample()
    return actions, torch.log(probs)
