# believed: the agent should take the most likely action
# truth: argmax instead of `sample()`: nothing is drawn, so nothing is explored
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.as_tensor(observation, dtype=torch.float32))
    dist = Categorical(probs)
    action = probs.argmax(dim=-1)
    return action, dist.log_prob(action)
