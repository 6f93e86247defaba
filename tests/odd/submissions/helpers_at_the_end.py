"""Keeps its helper function in the last cell: when it is called, it is there."""

CELLS = {"normalise": "def normalise(returns):\n    return scale(returns)"}
LAST = """
def scale(returns):
    return (returns - returns.mean()) / (returns.std(correction=0) + 1e-8)
"""
