# believed: the return is a fixed target, so it is the one to be detached
# truth: the returns never had a gradient, the values keep theirs
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return returns.detach() - values
