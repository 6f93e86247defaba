# believed: the state of the environment is known from the global `env`
# truth: the argument is ignored; the state of the notebook's own `env` says nothing about the pole that is being played elsewhere
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    x, v, theta, omega = env.unwrapped.state
    return int(theta + 0.3 * omega > 0)
