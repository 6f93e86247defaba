# believed: all cart poles follow the same policy, so one action is enough
# truth: one action is drawn from the first row's probabilities and used for all rows
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
    dist = Categorical(probs)
    action = Categorical(probs[0]).sample().expand(len(probs))
    return action, dist.log_prob(action), value
