# believed: the variable is known outside
# truth: returns None
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    advantages = returns - values.detach()
