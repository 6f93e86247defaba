# believed: drawing an action is not learning, so no gradient is needed here
# truth: everything is computed under no_grad, so the log-probabilities have no connection to the weights
@torch.no_grad()
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    observation = torch.as_tensor(observation, dtype=torch.float32)
    probs = net(observation)
    dist = Categorical(probs)
    action = dist.sample()
    return action, dist.log_prob(action)
