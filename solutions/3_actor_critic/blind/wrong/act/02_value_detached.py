# believed: something about the value must be detached, so do it here already
# truth: the value has no connection to the network, the critic can never learn
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
    m = Categorical(probs)
    action = m.sample()
    return action, m.log_prob(action), value.detach()
