# believed: the log-probabilities are the log of the probabilities
# truth: shape (n, 2): the log-probabilities of all actions, not of the drawn ones
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    state = torch.as_tensor(observation, dtype=torch.float32)
    probs, values = net(state)
    actions = torch.multinomial(probs, 1).squeeze(1)
    return actions, torch.log(probs), values
