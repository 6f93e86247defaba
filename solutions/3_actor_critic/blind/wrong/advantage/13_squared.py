# believed: the critic's error is always squared
# truth: the sign of the advantage is lost, every action is reinforced
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return (returns - values.detach()) ** 2
