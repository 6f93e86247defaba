# believed: reward += ... saves an array and changes nothing else
# truth: The caller's array reward is overwritten with the targets.
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch([next_observation, ones])
    going_on = ~terminated
    reward[going_on] += gamma * values.max(axis=1)[going_on]
    return reward
