# believed: detach_() is the in-place spelling of detach()
# truth: it cuts the caller's own values tensor from the network, so the critic's loss has no gradient any more
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    values.detach_()
    return returns - values
