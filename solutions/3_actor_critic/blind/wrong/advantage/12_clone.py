# believed: a copy has no connection to the network
# truth: clone() is differentiable, the gradient still flows into the values
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return returns - values.clone()
