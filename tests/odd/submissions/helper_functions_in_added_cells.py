"""Moves parts of its answers into helper functions in cells of its own, above the exercise."""

CELLS = {
    "returns": """
def discounted_returns(rewards, gamma=0.99):
    return torch.tensor(walk_backwards(rewards, gamma), dtype=torch.float32)
""",
}
ABOVE = {
    "returns": """
def walk_backwards(rewards, gamma):
    result, following = [], 0.0
    for reward in rewards[::-1]:
        following = reward + gamma * following
        result.insert(0, following)
    return result
""",
}
