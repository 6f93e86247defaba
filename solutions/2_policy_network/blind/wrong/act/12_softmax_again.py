# believed: the network returns logits, so softmax is needed before Categorical
# truth: softmax is applied a second time to probabilities, which flattens them
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    observation = torch.as_tensor(observation, dtype=torch.float32)
    probs = F.softmax(net(observation), dim=-1)
    dist = Categorical(probs)
    action = dist.sample()
    return action, dist.log_prob(action)
