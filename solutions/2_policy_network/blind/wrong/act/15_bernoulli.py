# believed: two actions are a coin toss
# truth: column 1 only: works for two actions only and returns float actions 0.0 and 1.0
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.as_tensor(observation, dtype=torch.float32))
    coin = torch.distributions.Bernoulli(probs[:, 1])
    action = coin.sample()
    return action, coin.log_prob(action)
