# believed: the log-probability of the policy is the one of its favourite action
# truth: The log-probability returned is the one of the most likely action, not of the action that was drawn.
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, values = net(torch.as_tensor(observation, dtype=torch.float32))
    actions = torch.multinomial(probs, 1).squeeze(1)
    log_probs = torch.log(probs.max(dim=1).values)
    return actions, log_probs, values
