# believed: what is kept in a memory must be detached (as in a replay buffer)
# truth: `.detach()` cuts the log-probabilities from the weights, so the loss has no gradient
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    observation = torch.as_tensor(observation, dtype=torch.float32)
    distribution = Categorical(net(observation))
    actions = distribution.sample()
    log_probs = distribution.log_prob(actions).detach()
    return actions, log_probs
