# believed: only the value needs a gradient, drawing an action does not
# truth: the log-probabilities are computed without gradient, so the actor cannot learn
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    observation = torch.as_tensor(observation, dtype=torch.float32)
    probs, values = net(observation)
    with torch.no_grad():
        dist = Categorical(probs)
        action = dist.sample()
        log_prob = dist.log_prob(action)
    return action, log_prob, values
