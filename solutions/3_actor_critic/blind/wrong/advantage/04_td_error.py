# believed: the advantage is the TD error of Sutton & Barto, 13.5
# truth: adds the next row's value to the whole return (and rows of other episodes follow each other)
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    values = values.detach()
    next_values = torch.cat([values[1:], torch.zeros(1)])
    return returns + 0.99 * next_values - values
