# believed: requires_grad_(False) switches the gradient off
# truth: raises an error, because values are computed by a network and not a leaf
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    values.requires_grad_(False)
    return returns - values
