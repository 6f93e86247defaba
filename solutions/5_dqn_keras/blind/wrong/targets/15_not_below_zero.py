# believed: the values of the cart pole are never negative, so I start the maximum at 0
# truth: max(..., initial=0) replaces negative maxima by 0, so negative values of the next state are lost
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch([next_observation, ones])
    best = values.max(axis=1, initial=0.0)
    return reward + gamma * best * ~terminated
