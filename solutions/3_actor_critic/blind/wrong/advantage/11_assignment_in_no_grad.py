# believed: a name that is assigned inside no_grad has no gradient
# truth: no operation happens inside no_grad, the subtraction after it is tracked as usual
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    with torch.no_grad():
        baseline = values
    return returns - baseline
