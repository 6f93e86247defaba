# believed: the notebook has env, its state is more exact than the observation
# truth: the argument is ignored: in any environment but the notebook's env the rule sees a pole that is not the one it plays
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    x, v, angle, angular_velocity = env.unwrapped.state
    return int(angle + 0.5 * angular_velocity > 0)
