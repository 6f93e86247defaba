# believed: the probability of the action is what matters, the log comes in the loss
# truth: returns probabilities and not log-probabilities
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
    action = Categorical(probs).sample()
    prob = probs[torch.arange(len(action)), action]
    return action, prob, value
