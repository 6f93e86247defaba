# believed: if the episode terminated the target is the reward
# truth: as soon as one row of the batch terminated, all rows lose their next value
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    if terminated.any():
        return reward
    return reward + gamma * net.predict_on_batch([next_observation, ones]).max(axis=1)
