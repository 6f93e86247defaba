# believed: one random number decides, as each row has its own probabilities anyway
# truth: the same random number is used for all rows, so the rows are not drawn independently (equal observations always get equal actions)
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    probs = net(torch.as_tensor(observation, dtype=torch.float32))
    threshold = torch.rand(1)
    actions = (probs.detach().cumsum(dim=-1)[:, :-1] < threshold).sum(dim=-1)
    return actions, Categorical(probs).log_prob(actions)
