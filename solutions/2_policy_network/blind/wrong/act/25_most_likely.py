# believed: the best action is the one with the largest probability
# truth: the action must be drawn; the most likely one explores nothing
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    observation = torch.as_tensor(observation, dtype=torch.float32)
    probs = net(observation)
    best = probs.max(dim=-1)
    return best.indices, torch.log(best.values)
