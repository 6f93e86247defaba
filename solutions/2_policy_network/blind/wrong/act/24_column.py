# believed: gather picks the probability of each action
# truth: the log-probabilities have shape (n, 1) instead of (n,)
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    observation = torch.as_tensor(observation, dtype=torch.float32)
    probs = net(observation)
    action = Categorical(probs).sample()
    log_prob = torch.log(probs.gather(1, action.unsqueeze(1)))
    return action, log_prob
