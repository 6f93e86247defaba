# believed: ~ on the numbers 0 and 1 gives the opposite
# truth: ~ of an integer 1 is -2 and of 0 is -1, so V(s') is subtracted
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        v = target_net(next_observation).max(dim=1).values
        return reward + gamma * v * ~terminated.int()
