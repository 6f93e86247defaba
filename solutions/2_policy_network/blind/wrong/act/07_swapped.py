# believed: the order of the two results does not matter
# truth: log-probabilities come first and actions second, the text asks for the other order
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    dist = Categorical(net(torch.as_tensor(observation, dtype=torch.float32)))
    action = dist.sample()
    log_prob = dist.log_prob(action)
    return log_prob, action
