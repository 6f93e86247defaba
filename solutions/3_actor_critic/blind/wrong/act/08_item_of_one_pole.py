# believed: one cart pole, one action, as in the PyTorch example
# truth: .item() works for a single row only and returns a Python number instead of a tensor
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    state = torch.from_numpy(observation).float()
    probs, state_value = net(state)
    m = Categorical(probs)
    action = m.sample()
    return action.item(), m.log_prob(action), state_value
