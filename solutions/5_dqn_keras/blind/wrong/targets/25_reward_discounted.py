# believed: the discount counts for all that comes after the action, the reward included
# truth: The reward is multiplied by gamma, too: gamma (r + max Q).
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch([next_observation, ones])
    return gamma * (reward + values.max(axis=1) * ~terminated)
