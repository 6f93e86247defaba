# believed: the environment needs NumPy, so convert the actions here
# truth: the actions are a NumPy array, the text asks for three tensors
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
    m = Categorical(probs)
    actions = m.sample()
    return actions.numpy(), m.log_prob(actions), value
