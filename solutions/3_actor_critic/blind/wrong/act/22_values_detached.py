# believed: sampling is not differentiable, so the value only needs to be remembered as a number
# truth: The values are detached from the network, so the critic gets no gradient.
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, values = net(torch.as_tensor(observation, dtype=torch.float32))
    distribution = Categorical(probs)
    actions = distribution.sample()
    return actions, distribution.log_prob(actions), values.detach()
