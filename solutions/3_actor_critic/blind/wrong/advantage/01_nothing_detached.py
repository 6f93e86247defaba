# believed: the formula is all that is needed
# truth: the gradient flows through the values into the critic
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return returns - values
