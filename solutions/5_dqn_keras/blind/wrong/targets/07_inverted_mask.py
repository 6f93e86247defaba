# believed: terminated as factor switches the value on and off
# truth: the factor is the wrong way round: the next value counts only where the episode terminated
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch([next_observation, ones])
    return reward + gamma * terminated * values.max(axis=1)
