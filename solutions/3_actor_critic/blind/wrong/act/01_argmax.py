# believed: the best action is the one with the largest probability
# truth: the actions are not drawn, the policy never explores
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
    action = probs.argmax(dim=-1)
    log_prob = torch.log(probs.gather(1, action.unsqueeze(1)).squeeze(1))
    return action, log_prob, value
