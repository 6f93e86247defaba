# believed: Categorical(logits=...) is the safe variant for the output of a network
# truth: the probabilities are taken for log-probabilities: all actions get probabilities between 0.27 and 0.73, whatever the policy says
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    observation = torch.as_tensor(observation, dtype=torch.float32)
    probs, value = net(observation)
    dist = Categorical(logits=probs)
    action = dist.sample()
    return action, dist.log_prob(action), value
