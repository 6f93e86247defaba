# believed: a baseline is one number, the mean of the critic's values
# truth: subtracts the batch mean of the values and not each state's own value
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    baseline = values.detach().mean()
    return returns - baseline
