# believed: gamma multiplies the whole bracket
# truth: the reward is discounted, too: gamma (r + max Q) instead of r + gamma max Q
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch([next_observation, ones]).max(axis=1)
    return gamma * (reward + np.where(terminated, 0, values))
