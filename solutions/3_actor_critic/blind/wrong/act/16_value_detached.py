# believed: the value is only a baseline here, so it is detached at once
# truth: the critic can never learn: its values have no connection to the network
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    observation = torch.as_tensor(observation, dtype=torch.float32)
    probs, values = net(observation)
    dist = Categorical(probs)
    action = dist.sample()
    return action, dist.log_prob(action), values.detach()
