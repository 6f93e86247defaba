# believed: max() gives the largest value
# truth: the maximum over the whole batch, the same for every row
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        values = target_net(next_observation).max()
        return reward + gamma * values * ~terminated
