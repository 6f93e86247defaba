# believed: probs[:, action] takes from each row its own action
# truth: it takes all actions from all rows, shape (n, n)
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
    action = Categorical(probs).sample()
    log_prob = torch.log(probs[:, action])
    return action, log_prob, value
