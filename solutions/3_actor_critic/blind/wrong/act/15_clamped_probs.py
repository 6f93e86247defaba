# believed: a little exploration must always remain, so probabilities stay between 0.1 and 0.9
# truth: draws from other probabilities than those of the network (once one is below 0.1), and clamp stops their gradient
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    obs = torch.as_tensor(observation, dtype=torch.float32)
    probs, value = net(obs)
    dist = Categorical(probs.clamp(0.1, 0.9))
    action = dist.sample()
    return action, dist.log_prob(action), value
