# believed: a batch dimension has to be added (PyTorch tutorial)
# truth: the observation is already a batch, so everything gets the shape (1, n)
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    state = torch.as_tensor(observation, dtype=torch.float32).unsqueeze(0)
    dist = Categorical(net(state))
    action = dist.sample()
    return action, dist.log_prob(action)
