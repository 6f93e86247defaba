# believed: -= is only a shorter way to write it
# truth: the caller's returns are overwritten with the advantages, so the critic is later trained towards advantages
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    returns -= values.detach()
    return returns
