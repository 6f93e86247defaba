# believed: detach() gives me a copy that I may change
# truth: detach shares the memory: the values themselves are overwritten before the critic's loss is computed
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    result = values.detach()
    result.mul_(-1).add_(returns)
    return result
