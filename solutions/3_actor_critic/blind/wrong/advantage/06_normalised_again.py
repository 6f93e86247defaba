# believed: advantages are always normalised, SB3 does it too
# truth: returns (A - mean) / std and not G - V, so the numbers differ from what the text asks
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    adv = returns - values.detach()
    return (adv - adv.mean()) / (adv.std() + 1e-8)
