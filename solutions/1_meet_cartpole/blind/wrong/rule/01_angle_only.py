# believed: pushing to the side to which the pole leans is enough
# truth: the angular velocity is missing; this rule scores about 42, the text asks for 100
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    if observation[2] > 0:
        return 1
    return 0
