# believed: one observation, one action (PyTorch's reinforce.py)
# truth: `.item()` works for n = 1 only and returns a Python int instead of shape (n,)
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    state = torch.as_tensor(observation, dtype=torch.float32)
    probs = net(state)
    m = Categorical(probs)
    action = m.sample()
    return action.item(), m.log_prob(action)
