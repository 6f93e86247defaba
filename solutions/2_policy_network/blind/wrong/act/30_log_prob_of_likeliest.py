# believed: what matters for learning is how sure the policy is, that is the log of its largest probability
# truth: returns the log-probability of the most likely action instead of the one that was drawn
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.as_tensor(observation, dtype=torch.float32))
    actions = Categorical(probs).sample()
    log_probs = torch.log(probs.max(dim=-1).values)
    return actions, log_probs
