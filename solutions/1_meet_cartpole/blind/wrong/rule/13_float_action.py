# believed: 1.0 is the number 1
# truth: np.heaviside returns a float, the text asks for a whole number and `env.step` refuses it
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    return np.heaviside(observation[2] + 0.3 * observation[3], 1.0)
