# believed: there is only one cart pole
# truth: all rows get an action drawn from the probabilities of row 0
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.as_tensor(observation, dtype=torch.float32))
    p = probs[0].detach().numpy().astype(np.float64)
    p = p / p.sum()
    actions = torch.as_tensor(np.random.choice(len(p), size=len(observation), p=p))
    log_probs = torch.log(probs[torch.arange(len(actions)), actions])
    return actions, log_probs
