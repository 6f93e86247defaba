# believed: torch.multinomial gives one action per row
# truth: it gives shape (n, 1), and log_prob broadcasts it to a matrix (n, n); its column 0 holds the log-probabilities of row 0 of the batch (right for n = 1 only)
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.as_tensor(observation, dtype=torch.float32))
    action = torch.multinomial(probs, 1)
    log_prob = Categorical(probs).log_prob(action)
    return action.squeeze(1), log_prob[:, 0]
