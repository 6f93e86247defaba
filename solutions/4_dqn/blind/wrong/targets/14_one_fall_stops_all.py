# believed: if terminated there is no next state
# truth: as soon as one row of the batch is terminated, no row gets V(s')
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    if terminated.any():
        return reward
    with torch.no_grad():
        return reward + gamma * target_net(next_observation).max(dim=1).values
