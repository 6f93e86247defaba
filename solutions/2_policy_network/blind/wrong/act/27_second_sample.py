# believed: sample() returns the action that the distribution has drawn, whenever one asks
# truth: sample() is called twice, so the log-probabilities belong to other actions than those returned
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    dist = Categorical(net(torch.as_tensor(observation, dtype=torch.float32)))
    return dist.sample(), dist.log_prob(dist.sample())
