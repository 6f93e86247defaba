# believed: playing never needs gradients, only training does
# truth: under torch.no_grad the log-probabilities carry no gradient, but the update needs it
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    with torch.no_grad():
        probs = net(torch.as_tensor(observation, dtype=torch.float32))
    dist = Categorical(probs)
    action = dist.sample()
    return action, dist.log_prob(action)
