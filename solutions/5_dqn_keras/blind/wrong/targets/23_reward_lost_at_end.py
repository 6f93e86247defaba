# believed: a terminal step has the target 0
# truth: The whole target, including the reward, is set to 0 where the episode terminated.
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch([next_observation, ones])
    return (reward + gamma * values.max(axis=1)) * ~terminated
