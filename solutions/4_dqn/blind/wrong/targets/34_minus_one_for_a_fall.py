# believed: a fall has to be punished, or the agent never learns to avoid it
# truth: Where the episode terminated the target is -1 instead of the reward.
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        values = target_net(next_observation).max(dim=1).values
        return torch.where(terminated, -torch.ones_like(reward), reward + gamma * values)
