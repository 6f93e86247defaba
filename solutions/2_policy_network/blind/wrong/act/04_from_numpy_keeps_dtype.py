# believed: from_numpy gives a float32 tensor
# truth: from_numpy keeps the dtype, so an observation of float64 (or whole numbers) fails in the network; the text asks for torch.float32
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    observation = torch.from_numpy(observation)
    dist = Categorical(net(observation))
    action = dist.sample()
    return action, dist.log_prob(action)
