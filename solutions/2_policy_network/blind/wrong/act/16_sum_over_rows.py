# believed: log-probabilities are summed, as in the code for continuous actions
# truth: `.sum(-1)` adds up the rows of different cart poles to one number
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    dist = Categorical(net(torch.as_tensor(observation, dtype=torch.float32)))
    action = dist.sample()
    return action, dist.log_prob(action).sum(-1)
