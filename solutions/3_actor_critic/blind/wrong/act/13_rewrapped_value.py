# believed: torch.tensor makes sure that it is a float tensor
# truth: torch.tensor(...) of the numbers makes a new tensor without a connection to the network, for values only, so the actor still learns
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
    m = Categorical(probs)
    actions = m.sample()
    values = torch.tensor([v.item() for v in value], dtype=torch.float32)
    return actions, m.log_prob(actions), values
