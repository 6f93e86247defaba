# believed: -terminated and 1 - terminated and ~terminated are all the opposite; with numbers it is safest to make them int first.
# truth: ~ of an integer is -1 or -2, so running steps get minus the value and terminated ones minus twice the value.
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch([next_observation, ones])
    goes_on = ~terminated.astype(int)
    return reward + gamma * values.max(axis=1) * goes_on
