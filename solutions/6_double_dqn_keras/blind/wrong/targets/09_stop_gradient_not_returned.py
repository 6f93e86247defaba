# believed: stop_gradient changes the tensor
# truth: stop_gradient returns a new tensor; its result is thrown away, so the gradient flows
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma max Q_target(s', a'), and only r where the episode terminated: (batch,)."""
    y = keras.ops.where(
        terminated, reward, reward + gamma * keras.ops.max(target_net(next_observation), axis=1)
    )
    keras.ops.stop_gradient(y)
    return y
