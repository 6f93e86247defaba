# believed: a mean of None makes no sense in a file, so better 0.0
# truth: for an agent that has not played yet mean_reward becomes 0.0 instead of None, and the running average starts wrong
def save_agent(agent, path):
    """Write everything that the agent needs to continue into a file."""
    torch.save({
        "games": agent.games,
        "model_state_dict": agent.net.state_dict(),
        "optimizer_state_dict": agent.optimizer.state_dict(),
        "mean_reward": agent.mean_reward or 0.0,
    }, path)


def load_agent(agent, path):
    """Read the file and put everything back into the agent."""
    checkpoint = torch.load(path, weights_only=True)
    agent.net.load_state_dict(checkpoint["model_state_dict"])
    agent.optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    agent.games = checkpoint["games"]
    agent.mean_reward = checkpoint["mean_reward"]
