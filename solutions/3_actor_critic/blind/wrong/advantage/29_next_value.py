# believed: how much better it went shows in the value of the state that was reached
# truth: The value of the following step is subtracted instead of the value of the step itself (0 after the last).
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    v = values.detach()
    next_values = torch.cat([v[1:], torch.zeros(1)])
    return returns - next_values
