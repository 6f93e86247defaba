# believed: the critic's value comes first
# truth: the sign is wrong, good actions get a negative advantage
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return values.detach() - returns
