# believed: Categorical takes what the network returns, whatever it is called
# truth: The probabilities are given to Categorical as logits, so the softmax is applied twice and actions and log-probabilities belong to a flatter distribution.
def choose_action(net, observation):
    """An action, its log-probability and the value for each row, (n,) each."""
    probs, values = net(torch.as_tensor(observation, dtype=torch.float32))
    distribution = Categorical(logits=probs)
    actions = distribution.sample()
    return actions, distribution.log_prob(actions), values
