"""Returns more than is asked for: integers of NumPy, views, tensors that keep their graph."""

CELLS = {
    "normalise": """
def normalise(returns):
    returns = returns.clone().requires_grad_()
    spread = torch.sqrt(torch.mean((returns - returns.mean()) ** 2))
    return (returns - returns.mean()) / torch.clamp(spread, min=1e-6)
""",
    "diagnosis": """
def diagnosis():
    right = discounted_returns([1, 0, 2, 4], gamma=0.5)
    return {"returned": np.array([1, 0.5, 2.25, 5.125]), "right": right, "curves": [*"BFC"]}
""",
}
