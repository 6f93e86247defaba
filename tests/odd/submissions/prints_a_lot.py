"""Prints in every call, as one does when looking for a mistake."""

LAST = """
right = discounted_returns

def discounted_returns(rewards, gamma=0.99):
    for line in range(20_000):
        print("rewards", rewards, "gamma", gamma, "line", line)
    return right(rewards, gamma)

for number in range(100_000):
    print(number)
"""
