# believed: squeeze and unsqueeze take care of the row
# truth: right for a single row only: with n rows the actions have shape (1, n)
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    observation = torch.as_tensor(observation, dtype=torch.float32)
    probs, values = net(observation)
    dist = Categorical(probs.squeeze(0))
    action = dist.sample()
    return action.unsqueeze(0), dist.log_prob(action).unsqueeze(0), values
