# believed: acting needs no gradient, that is what no_grad is for
# truth: log-probabilities and values carry no gradient, nothing can be learned later
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    with torch.no_grad():
        probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
        m = Categorical(probs)
        action = m.sample()
        log_prob = m.log_prob(action)
    return action, log_prob, value
