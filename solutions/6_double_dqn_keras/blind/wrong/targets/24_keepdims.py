# believed: keepdims keeps one value for each row
# truth: The maximum has the shape (batch, 1), so adding the rewards gives a table of shape (batch, batch).
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    next_value = keras.ops.max(target_net(next_observation), axis=1, keepdims=True)
    targets = keras.ops.where(terminated, reward, reward + gamma * next_value)
    return keras.ops.stop_gradient(targets)
