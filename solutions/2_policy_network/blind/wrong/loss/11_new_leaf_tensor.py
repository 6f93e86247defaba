# believed: requires_grad=True repairs the missing gradient
# truth: torch.tensor(...) makes a new leaf without connection to the network, so backward runs but no weight gets a gradient
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    loss = [-(lp * G) for lp, G in zip(log_probs.tolist(), returns.tolist())]
    return torch.tensor(sum(loss), requires_grad=True)
