# believed: keepdim keeps the shapes safe
# truth: a row plus a column is a (batch, batch) table, its diagonal alone would be right
def td_targets(target_net, reward, next_observation, terminated, gamma):
    """r + gamma V(s'), and only r where the episode terminated: (batch,) floats."""
    with torch.no_grad():
        values = target_net(next_observation).max(dim=1, keepdim=True).values
        return (reward + gamma * values * ~terminated).mean(dim=1)
