# believed: drawing an action at random means all actions equally likely
# truth: the actions ignore the policy, the policy's probabilities are used only in the log
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
    n, n_actions = probs.shape
    action = torch.as_tensor(np.random.randint(n_actions, size=n))
    log_prob = Categorical(probs).log_prob(action)
    return action, log_prob, value
