# believed: Categorical takes what the network returns under either name
# truth: the probabilities are given to Categorical as logits, so actions and log-probabilities belong to another, flatter distribution
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    output = net(torch.as_tensor(observation, dtype=torch.float32))
    distribution = Categorical(logits=output)
    actions = distribution.sample()
    return actions, distribution.log_prob(actions)
