# believed: gamma is 0.97
# truth: the argument gamma is ignored
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    next_value = net.predict_on_batch([next_observation, ones]).max(axis=1)
    next_value[terminated] = 0
    return reward + 0.97 * next_value
