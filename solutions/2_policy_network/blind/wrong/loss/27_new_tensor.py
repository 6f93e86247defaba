# believed: requires_grad=True makes a tensor from which backward can compute the gradients
# truth: the sum is made of plain numbers and put into a new tensor, so it has the right value but no connection to the network
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    total = 0.0
    for log_prob, value in zip(log_probs.tolist(), returns.tolist()):
        total -= log_prob * value
    return torch.tensor(total, requires_grad=True)
