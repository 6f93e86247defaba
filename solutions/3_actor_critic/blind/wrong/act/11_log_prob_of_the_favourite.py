# believed: max gives the probability of the action that was chosen
# truth: the log-probability is that of the most likely action, but the drawn action may be another
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
    action = torch.multinomial(probs, num_samples=1).squeeze(-1)
    best, _ = probs.max(dim=-1)
    return action, best.log(), value
