# believed: the baseline is what the critic expects on average, one number as in unit 2
# truth: The mean of the values over all steps is subtracted instead of the value of each step's own state.
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return returns - values.detach().mean()
