# believed: the actor should repeat good actions, bad ones just do not count
# truth: negative advantages are cut to 0
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return torch.clamp(returns - values.detach(), min=0)
