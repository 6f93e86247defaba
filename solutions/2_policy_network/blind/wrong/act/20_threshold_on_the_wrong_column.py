# believed: action 1 is taken when the random number is below the first probability
# truth: action 1 is drawn with the probability of action 0 (and only two actions are possible)
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.as_tensor(observation, dtype=torch.float32))
    action = (torch.rand(len(probs)) < probs[:, 0].detach()).long()
    log_prob = probs[torch.arange(len(probs)), action].log()
    return action, log_prob
