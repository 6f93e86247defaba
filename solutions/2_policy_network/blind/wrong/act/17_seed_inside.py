# believed: a seed makes the results reproducible
# truth: every call starts from the same seed, so the same random numbers are used in every step
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    torch.manual_seed(1)
    dist = Categorical(net(torch.as_tensor(observation, dtype=torch.float32)))
    action = dist.sample()
    return action, dist.log_prob(action)
