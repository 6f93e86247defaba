# believed: the value of a state is the expectation over the actions
# truth: mean instead of max
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        v = target_net(next_observation).mean(dim=1)
        return reward + gamma * v * ~terminated
