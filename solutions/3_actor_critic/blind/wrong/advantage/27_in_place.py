# believed: subtracting in place saves memory, and the returns are not needed any more
# truth: The values are subtracted in place, so the caller's returns are changed into the advantages and the critic then learns from them.
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    with torch.no_grad():
        returns -= values
    return returns
