# believed: Categorical takes what the network returns
# truth: probabilities taken as logits go through a second softmax
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    observation = torch.as_tensor(observation, dtype=torch.float32)
    probs, values = net(observation)
    dist = Categorical(logits=probs)
    action = dist.sample()
    return action, dist.log_prob(action), values
