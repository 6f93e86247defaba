# believed: the returns are the targets, and targets are detached
# truth: The returns are detached instead of the values, so a gradient flows back through the values.
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return returns.detach() - values
