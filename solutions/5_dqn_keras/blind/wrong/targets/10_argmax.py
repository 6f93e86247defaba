# believed: the best action's value is argmax
# truth: argmax gives the number of the action, not its value
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    best = np.argmax(net.predict_on_batch([next_observation, ones]), axis=1)
    return reward + gamma * best * ~terminated
