# believed: the value of a state is the mean over its actions (Expected Sarsa)
# truth: takes the mean of the Q-values instead of the maximum
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch([next_observation, ones])
    return reward + gamma * np.where(terminated, 0.0, values.mean(axis=1))
