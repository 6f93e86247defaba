# believed: Categorical takes logits=... for what comes out of a network
# truth: the probabilities are given as logits, so a second softmax flattens the distribution
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    x = torch.as_tensor(observation, dtype=torch.float32)
    dist = Categorical(logits=net(x))
    action = dist.sample()
    return action, dist.log_prob(action)
