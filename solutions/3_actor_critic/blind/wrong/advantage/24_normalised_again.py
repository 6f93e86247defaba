# believed: PPO normalises advantages, so do I
# truth: the advantage is the return minus the value; shifted and scaled it is something else
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    result = returns - values.detach()
    return (result - result.mean()) / (result.std(correction=0) + 1e-8)
