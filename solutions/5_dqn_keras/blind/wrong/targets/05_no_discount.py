# believed: the discount is in the settings, the agent does it
# truth: gamma is not used
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    next_value = net.predict_on_batch([next_observation, ones]).max(axis=1)
    return reward + next_value * ~terminated
