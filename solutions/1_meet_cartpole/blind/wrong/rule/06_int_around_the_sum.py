# believed: int(...) turns the sum into 0 or 1
# truth: int cuts the small sum to 0 (and may give 2 or -1), so the cart is nearly always pushed to the left
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    angle, angular_velocity = observation[2], observation[3]
    return int(angle + angular_velocity)
