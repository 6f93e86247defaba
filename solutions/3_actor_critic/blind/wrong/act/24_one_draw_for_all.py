# believed: one random number is enough, because each row compares it with its own probabilities
# truth: A single random number is drawn for all rows, so the rows are not drawn independently.
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, values = net(torch.as_tensor(observation, dtype=torch.float32))
    u = torch.rand(1)
    below = probs.detach().cumsum(dim=1) <= u  # (n, n_actions)
    actions = below.sum(dim=1).clamp(max=probs.shape[1] - 1)
    log_probs = probs.gather(1, actions.unsqueeze(1)).squeeze(1).log()
    return actions, log_probs, values
