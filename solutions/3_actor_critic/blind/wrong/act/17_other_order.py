# believed: actions and values belong together, the log-probability comes last
# truth: the order is action, log-probability, value
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    observation = torch.as_tensor(observation, dtype=torch.float32)
    probs, values = net(observation)
    dist = Categorical(probs)
    action = dist.sample()
    return action, values, dist.log_prob(action)
