# believed: one random number can be compared with all the probabilities
# truth: all cart poles share a single random number, so their actions are not drawn independently
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.as_tensor(observation, dtype=torch.float32))
    u = torch.rand(1)
    action = (probs.cumsum(dim=-1) < u).sum(dim=-1).clamp(max=probs.shape[-1] - 1)
    log_prob = torch.log(probs.gather(-1, action[:, None])[:, 0])
    return action, log_prob
