# believed: a fall must be punished, so the target is -1 at the end (many cart pole tutorials do it)
# truth: after termination y must be r, not -1
def td_targets(net, reward, next_observation, terminated, gamma):
    """r + gamma max Q(s', a'), and only r where the episode terminated: (batch,)."""
    ones = np.ones((len(reward), net.output_shape[-1]))
    values = net.predict_on_batch([next_observation, ones])
    targets = reward + gamma * values.max(axis=1)
    targets[terminated] = -1.0
    return targets
