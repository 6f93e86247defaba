# believed: np.sum works on everything
# truth: `.detach().numpy()` leaves the graph, the loss has no gradient
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    products = log_probs.detach().numpy() * returns.numpy()
    return torch.tensor(-np.sum(products))
