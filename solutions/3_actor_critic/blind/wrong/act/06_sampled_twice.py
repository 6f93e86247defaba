# believed: sample() returns the action of the distribution
# truth: the log-probability belongs to a second draw, not to the action that is returned
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
    m = Categorical(probs)
    return m.sample(), m.log_prob(m.sample()), value
