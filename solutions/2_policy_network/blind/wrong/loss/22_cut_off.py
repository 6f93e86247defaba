# believed: a loss is a number, so I add up numbers and make a tensor with requires_grad in the end
# truth: item() cuts the connection to the network: no gradient arrives there
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    loss = 0.0
    for log_prob, value in zip(log_probs, returns):
        loss -= log_prob.item() * value.item()
    return torch.tensor(loss, requires_grad=True)
