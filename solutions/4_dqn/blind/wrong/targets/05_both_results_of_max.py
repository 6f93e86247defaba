# believed: max gives the largest value
# truth: max(dim=1) gives a pair of values and indices, the product with gamma fails
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        v = target_net(next_observation).max(dim=1)
        return reward + gamma * v * ~terminated
