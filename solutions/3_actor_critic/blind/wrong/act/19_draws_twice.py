# believed: sample() gives the action of the distribution
# truth: the log-probability belongs to another draw than the returned action
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    observation = torch.as_tensor(observation, dtype=torch.float32)
    probs, values = net(observation)
    dist = Categorical(probs)
    return dist.sample(), dist.log_prob(dist.sample()), values
