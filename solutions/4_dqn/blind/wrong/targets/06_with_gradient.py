# believed: the target network is not in the optimizer, so no_grad is not needed
# truth: y has a gradient to the target network, the text asks for none
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    v = target_net(next_observation).max(dim=1).values
    return reward + gamma * v * ~terminated
