# believed: only the action has to be returned
# truth: the log-probabilities are computed and then forgotten
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    dist = Categorical(net(torch.as_tensor(observation, dtype=torch.float32)))
    action = dist.sample()
    log_prob = dist.log_prob(action)
    return action
