# believed: the pole always falls to the same side, so a fixed sequence of pushes will do
# truth: the answer depends on a counter and not on the observation; a sequence cannot balance the pole
plan = [0, 1, 1, 0, 0, 1, 0, 1, 1, 0]
count = 0


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    global count
    action = plan[count % len(plan)]
    count += 1
    return action
