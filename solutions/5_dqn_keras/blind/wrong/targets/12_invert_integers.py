# believed: I convert terminated to numbers first, then ~ turns it around
# truth: ~ of the integers 0 and 1 is -1 and -2, so the next value is subtracted, and twice after termination
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    done = terminated.astype(int)
    values = net.predict_on_batch([next_observation, ones])
    return reward + gamma * values.max(axis=1) * ~done
