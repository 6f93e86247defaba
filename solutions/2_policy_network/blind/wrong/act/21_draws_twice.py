# believed: sample() gives the action of this distribution, whenever I call it
# truth: the log-probability belongs to another draw than the returned action
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    observation = torch.as_tensor(observation, dtype=torch.float32)
    dist = Categorical(net(observation))
    return dist.sample(), dist.log_prob(dist.sample())
