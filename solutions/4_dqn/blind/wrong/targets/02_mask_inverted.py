# believed: terminated marks the rows that count
# truth: V(s') counts only where the episode is over
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        v = target_net(next_observation).max(dim=1).values
        return reward + gamma * v * terminated
