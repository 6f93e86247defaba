# believed: the probability of the action is what is needed
# truth: the logarithm is missing, probabilities are returned as log-probabilities
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.as_tensor(observation, dtype=torch.float32))
    action = Categorical(probs).sample()
    return action, probs.gather(1, action.unsqueeze(1)).squeeze(1)
