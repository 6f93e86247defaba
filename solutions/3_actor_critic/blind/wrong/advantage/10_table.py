# believed: unsqueeze makes the shapes fit
# truth: (steps, 1) minus (steps,) gives (steps, steps)
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return returns.unsqueeze(-1) - values.detach()
