# believed: go through Python lists to lose the gradient
# truth: returns a Python list and not a tensor of shape (steps,), the product in the loss fails
def advantage(returns, values):
    """How much better each step went than the critic expected, (steps,); no gradient."""
    return [g - v for g, v in zip(returns.tolist(), values.tolist())]
