# believed: choosing an action is not learning, so no gradient is needed
# truth: the log-probabilities have no connection to the network, so nothing can be learned from them
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    observation = torch.as_tensor(observation, dtype=torch.float32)
    with torch.no_grad():
        probs = net(observation)
    dist = Categorical(probs)
    action = dist.sample()
    return action, dist.log_prob(action)
