# believed: the value of the state after the action tells how good the action was
# truth: each return is compared with the value of the next row, off by one
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return returns - torch.roll(values.detach(), -1)
