# believed: everything about drawing belongs under no_grad, the gradient comes from the losses
# truth: The log-probabilities are computed without a gradient, so the actor cannot learn.
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, values = net(torch.as_tensor(observation, dtype=torch.float32))
    with torch.no_grad():
        distribution = Categorical(probs)
        actions = distribution.sample()
        log_probs = distribution.log_prob(actions)
    return actions, log_probs, values
