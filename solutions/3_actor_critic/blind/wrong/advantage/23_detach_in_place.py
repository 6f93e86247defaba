# believed: detach_() is detach() and saves memory
# truth: detach_() cuts the caller's own values from the network, so the critic's loss has no gradient either
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return returns - values.detach_()
