# believed: sample() returns the same action each time it is called
# truth: the log-probability belongs to a second draw and not to the action that is returned
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    dist = Categorical(net(torch.as_tensor(observation, dtype=torch.float32)))
    return dist.sample(), dist.log_prob(dist.sample())
