# believed: Categorical wants logits, as the loss functions do
# truth: the network returns probabilities; taken as logits they go through a second softmax, so the drawing is nearly uniform
def choose_action(net, observation):
    """Draw an action for each row; return the actions and their log-probabilities, (n,) each."""
    observation = torch.as_tensor(observation, dtype=torch.float32)
    dist = Categorical(logits=net(observation))
    action = dist.sample()
    return action, dist.log_prob(action)
