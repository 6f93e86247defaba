# believed: everything is zero when the episode is over
# truth: the reward of the last step is set to 0, too; it should be y = r there
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch([next_observation, ones])
    return (reward + gamma * values.max(axis=1)) * ~terminated
