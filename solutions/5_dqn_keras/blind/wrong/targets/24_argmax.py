# believed: argmax over a' of Q(s', a') is what stands in the formula
# truth: The number of the best action (argmax) is used where its Q-value (max) belongs.
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch([next_observation, ones])
    return reward + gamma * values.argmax(axis=1) * ~terminated
