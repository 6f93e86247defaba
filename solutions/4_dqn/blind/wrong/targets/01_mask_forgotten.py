# believed: Bellman equation, done
# truth: a fallen pole still has a next state
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        return reward + gamma * target_net(next_observation).max(dim=1).values
