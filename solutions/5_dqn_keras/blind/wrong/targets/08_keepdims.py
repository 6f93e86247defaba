# believed: keepdims keeps it a column so that it fits the batch
# truth: (batch,) + (batch, 1) broadcasts to (batch, batch)
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch([next_observation, ones])
    best = values.max(axis=1, keepdims=True)
    return reward + gamma * best * ~terminated[:, None]
