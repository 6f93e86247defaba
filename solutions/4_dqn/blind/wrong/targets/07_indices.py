# believed: max(1)[1], as in the tutorial
# truth: takes the number of the best action and not its value
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        v = target_net(next_observation).max(1)[1]
        return reward + gamma * v * (~terminated)
